//! What is no answer of OSS: pages of proxies and CDNs, answers of other services.

use super::paste::Pasted;

/// Who answered instead of OSS, in a sentence or two; `None` when nothing speaks against OSS. `known` is whether OSS has such an answer.
pub(super) fn not_of_oss(pasted: &Pasted, known: bool) -> Option<String> {
    let host = pasted.trimmed("HostId");
    let of_oss = known
        || host.contains(".oss-")
        || host.starts_with("oss-")
        || has_server(pasted, "AliyunOSS");
    if let Some(api) = other_api(pasted, host) {
        return Some(api);
    }
    if let Some(other) = other_store(pasted, host)
        && !(known && pasted.text("EC").is_some())
    {
        return Some(other);
    }
    if of_oss {
        return None;
    }
    if let Some(page) = page(pasted) {
        return Some(page);
    }
    let lower = pasted.text.to_ascii_lowercase();
    let nothing = pasted.text("Code").is_none()
        && pasted.text("Message").is_none()
        && pasted.text("EC").is_none();
    let of_browser = [
        "blocked by cors policy",
        "cross-origin request blocked",
        "is not allowed by access-control-allow-origin",
    ];
    if nothing && of_browser.iter().any(|words| lower.contains(words)) {
        return Some(CORS.into());
    }
    let json = pasted.text.trim_start().starts_with(['{', '[']);
    match (nothing, json) {
        (true, true) => Some("This is JSON of another service or of your own program: OSS answers in XML, and nothing of an error of OSS is in it. Print the response that the program received from OSS.".into()),
        (true, false) if lower.contains("403") || pasted.status == Some(403) => Some("A 403 and nothing else: no code, no message and no EC of OSS. An answer to HEAD has no body; its error stands in the headers x-oss-err and x-oss-ec, or comes with GET for the same request. The console of a browser shows no body either: it is under Network, or there when the address itself is opened.".into()),
        (true, false) => Some("Nothing in it is an error of OSS: it has no code, no message and no EC that OSS knows.".into()),
        _ => None,
    }
}

/// What a browser says instead of an answer, or of what it missed in one.
const CORS: &str = "This is a browser that keeps an answer from its page, for want of CORS headers; the answer itself is not in it. OSS sends them when a CORS rule of the bucket has the origin, the method and every header of the request, also with a refusal. Look under Network: for the OPTIONS request, which is answered 403 AccessForbidden where no rule fits (`oss403 explain AccessForbidden`), and for the body of the request itself.";

fn has_server(pasted: &Pasted, name: &str) -> bool {
    pasted
        .header("server")
        .is_some_and(|server| server.contains(name))
}

/// Other APIs of Alibaba Cloud answer in JSON (or XML) with a HostId of their own and a UUID as the request's id.
fn other_api(pasted: &Pasted, host: &str) -> Option<String> {
    let name = host
        .split('.')
        .next()
        .filter(|_| host.ends_with(".aliyuncs.com"))?;
    let is_uuid = pasted.trimmed("RequestId").matches('-').count() == 4;
    let is_other = !host.contains("oss") && is_uuid;
    is_other.then(|| {
        let name = crate::report::style::in_a_line(name);
        format!("This is no answer of OSS but of another API of Alibaba Cloud (`{name}`): the credentials were refused there, before OSS was asked. Look for the code in the documentation of that API.")
    })
}

/// Other object stores that speak the S3 dialect.
fn other_store(pasted: &Pasted, host: &str) -> Option<String> {
    let id = pasted.trimmed("RequestId");
    let server = |name: &str| has_server(pasted, name);
    let amz = host.len() >= 50 && !host.contains('.') && host.chars().any(|c| "+/=".contains(c));
    let is_hex = |text: &str| text.bytes().all(|byte| byte.is_ascii_hexdigit());
    let who = if server("AmazonS3") || pasted.header("x-amz-id-2").is_some() || amz {
        "Amazon S3"
    } else if server("MinIO") || (host.len() == 64 && is_hex(host)) {
        "MinIO"
    } else if pasted.text("TraceId").is_some()
        || server("tencent-cos")
        || pasted.header("x-cos-request-id").is_some()
    {
        "Tencent COS"
    } else if server("OBS") || pasted.header("x-obs-request-id").is_some() {
        "Huawei OBS"
    } else if id.starts_with("tx0") && id.len() > 20 {
        "Ceph"
    } else if server("UploadServer") || pasted.header("x-guploader-uploadid").is_some() {
        "Google Cloud Storage"
    } else {
        return None;
    };
    Some(format!(
        "This is no answer of OSS but of {who}: the client's endpoint leads there. Set it to `https://oss-<region>.aliyuncs.com` (or what stands before your bucket)."
    ))
}

/// The page of a proxy, a CDN or a firewall.
fn page(pasted: &Pasted) -> Option<String> {
    let start = pasted.text.trim_start().to_ascii_lowercase();
    let is_html = start.starts_with("<html")
        || start.starts_with("<!doctype html")
        || start.contains("<html>")
        || start.contains("<html ")
        || start.contains("<title>");
    if !is_html {
        return None;
    }
    let names = [
        "Tengine",
        "openresty",
        "nginx",
        "cloudflare",
        "CloudFront",
        "Varnish",
        "Squid",
        "squid",
        "Apache",
        "AkamaiGHost",
        "Byte-nginx",
        "Caddy",
        "Envoy",
        "HAProxy",
        "Microsoft-IIS",
        "Zscaler",
        "FortiGuard",
        "Aliyun WAF",
    ];
    let from_header = pasted.header("server").unwrap_or_default();
    let name = names
        .into_iter()
        .find(|name| pasted.text.contains(name) || from_header.contains(name));
    let who = match name {
        Some("Tengine") => {
            " (it names Tengine, which Alibaba Cloud's CDN and load balancers run)".to_owned()
        }
        Some(name) => format!(" (it names {name})"),
        None => String::new(),
    };
    Some(format!(
        "This is no answer of OSS: a proxy, CDN or firewall refused{who}, and OSS was not asked or its answer was replaced. OSS answers with XML, an `x-oss-request-id` and `Server: AliyunOSS`. Look into the access rules of what stands before the bucket (referer, URL signature, IP, WAF), or ask the bucket's own endpoint."
    ))
}
