//! The documents with which fixtures configure a bucket.

use quick_xml::escape::escape;

use oss403_case::model::{CorsRuleSpec, RefererSpec};

/// PutBucketReferer (help page of that name).
pub(crate) fn referer(spec: &RefererSpec) -> String {
    format!(
        "<RefererConfiguration><AllowEmptyReferer>{}</AllowEmptyReferer>\
         <AllowTruncateQueryString>{}</AllowTruncateQueryString><TruncatePath>{}</TruncatePath>\
         <RefererList>{}</RefererList><RefererBlacklist>{}</RefererBlacklist></RefererConfiguration>",
        spec.allow_empty,
        spec.allow_truncate_query,
        spec.truncate_path,
        elements("Referer", &spec.allow),
        elements("Referer", &spec.deny),
    )
}

/// PutBucketCors.
pub(crate) fn cors(rules: &[CorsRuleSpec]) -> String {
    let rules: String = rules
        .iter()
        .map(|rule| {
            format!(
                "<CORSRule>{}{}{}</CORSRule>",
                elements("AllowedOrigin", &rule.origins),
                elements("AllowedMethod", &rule.methods),
                elements("AllowedHeader", &rule.headers),
            )
        })
        .collect();
    format!("<CORSConfiguration>{rules}</CORSConfiguration>")
}

/// PutBucketEncryption.
pub(crate) fn encryption(algorithm: &str) -> String {
    format!(
        "<ServerSideEncryptionRule><ApplyServerSideEncryptionByDefault>{}\
         </ApplyServerSideEncryptionByDefault></ServerSideEncryptionRule>",
        element("SSEAlgorithm", algorithm)
    )
}

/// PutCname.
pub(crate) fn cname(domain: &str) -> String {
    let domain = element("Domain", domain);
    format!("<BucketCnameConfiguration><Cname>{domain}</Cname></BucketCnameConfiguration>")
}

/// PutBucket with a storage class.
pub(crate) fn create_bucket(storage_class: &str) -> String {
    let class = element("StorageClass", storage_class);
    format!("<CreateBucketConfiguration>{class}</CreateBucketConfiguration>")
}

/// InitiateBucketWorm for one day, the shortest there is.
pub(crate) const WORM: &str = "<InitiateWormConfiguration><RetentionPeriodInDays>1\
    </RetentionPeriodInDays></InitiateWormConfiguration>";

/// PutBucketTransferAcceleration.
pub(crate) const ACCELERATION: &str = "<TransferAccelerationConfiguration><Enabled>true</Enabled>\
    </TransferAccelerationConfiguration>";

/// PutBucketRequestPayment.
pub(crate) const REQUESTER_PAYS: &str = "<RequestPaymentConfiguration><Payer>Requester</Payer>\
    </RequestPaymentConfiguration>";

/// PutBucketPublicAccessBlock.
pub(crate) const NOTHING_PUBLIC: &str = "<PublicAccessBlockConfiguration>\
    <BlockPublicAccess>true</BlockPublicAccess></PublicAccessBlockConfiguration>";

fn element(name: &str, text: &str) -> String {
    format!("<{name}>{}</{name}>", escape(text))
}

fn elements(name: &str, texts: &[String]) -> String {
    texts.iter().map(|text| element(name, text)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_case_says_cannot_break_out_of_a_document() {
        let spec = RefererSpec {
            allow_empty: false,
            allow_truncate_query: true,
            truncate_path: false,
            allow: vec!["http://*.good.example".into()],
            deny: vec!["</Referer>&".into()],
        };
        assert_eq!(
            referer(&spec),
            "<RefererConfiguration><AllowEmptyReferer>false</AllowEmptyReferer>\
             <AllowTruncateQueryString>true</AllowTruncateQueryString><TruncatePath>false</TruncatePath>\
             <RefererList><Referer>http://*.good.example</Referer></RefererList>\
             <RefererBlacklist><Referer>&lt;/Referer&gt;&amp;</Referer></RefererBlacklist>\
             </RefererConfiguration>"
        );
    }
}
