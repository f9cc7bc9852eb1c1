//! Custom domains of a bucket (help page: Map custom domain names). Whose a domain is has been decided.

use super::call::{Call, xml_time};
use crate::answer::{Answer, Rejection};
use crate::documents::cname_domain;
use crate::world::{CnameToken, World};
use crate::xml::Writer;

/// A bucket may have this many domains.
const MOST: usize = 100;

/// What a token takes besides its domain.
const TOKEN: u64 = 512;

/// CreateCnameToken: the text for the TXT record that proves ownership.
pub(super) fn create_token(
    world: &mut World,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let domain = cname_domain(body)?;
    let expires = call
        .now()
        .saturating_add(call.config.decisions.cname_token_seconds);
    let token = CnameToken {
        token: oss_auth::hex(call.request.arrival.id.as_bytes()),
        expires,
        _share: world.memory.note(TOKEN + domain.len() as u64),
    };
    let answer = written(call.bucket_name(), &domain, &token);
    world
        .cname_tokens
        .insert((domain, call.bucket_name().to_owned()), token);
    Ok(answer)
}

/// GetCnameToken.
pub(super) fn get_token(world: &World, call: &Call<'_>) -> Result<Answer, Rejection> {
    let domain = call
        .request
        .query_value("cname")
        .unwrap_or("")
        .to_ascii_lowercase();
    let kept = world
        .cname_tokens
        .get(&(domain.clone(), call.bucket_name().to_owned()));
    let token = kept
        .filter(|token| call.now() < token.expires)
        .ok_or_else(|| {
            Rejection::new(
                404,
                "CnameTokenNotFound",
                "The specified cname token does not exist.",
            )
            .extra("Cname", &domain)
        })?;
    Ok(written(call.bucket_name(), &domain, token))
}

fn written(bucket: &str, domain: &str, token: &CnameToken) -> Answer {
    let mut xml = Writer::new("CnameToken");
    xml.leaf("Bucket", bucket)
        .leaf("Cname", domain)
        .leaf("Token", &token.token)
        .leaf("ExpireTime", &xml_time(token.expires));
    Answer::xml(200, xml.finish())
}

/// PutCname.
pub(super) fn put(world: &mut World, call: &Call<'_>, body: &[u8]) -> Result<Answer, Rejection> {
    let domain = cname_domain(body)?;
    let bound = world
        .cnames
        .values()
        .filter(|bucket| *bucket == call.bucket_name())
        .count();
    if bound >= MOST
        && world
            .cnames
            .get(&domain)
            .is_none_or(|bucket| bucket != call.bucket_name())
    {
        return Err(Rejection::new(
            400,
            "TooManyCname",
            "The bucket has too many cnames.",
        ));
    }
    world.cnames.insert(domain, call.bucket_name().to_owned());
    Ok(Answer::empty(200))
}

/// ListCname.
pub(super) fn list(world: &World, call: &Call<'_>) -> Result<Answer, Rejection> {
    let bucket = call.bucket(world)?;
    let mut domains: Vec<&String> = world
        .cnames
        .iter()
        .filter(|(_, name)| **name == bucket.name)
        .map(|(domain, _)| domain)
        .collect();
    domains.sort();
    let mut xml = Writer::new("ListCnameResult");
    xml.leaf("Bucket", &bucket.name)
        .leaf("Owner", &bucket.owner);
    for domain in domains {
        xml.open("Cname")
            .leaf("Domain", domain)
            .leaf("LastModified", &xml_time(bucket.created))
            .leaf("Status", "Enabled")
            .close();
    }
    Ok(Answer::xml(200, xml.finish()))
}

/// DeleteCname. Removing what is not bound here is no error.
pub(super) fn delete(world: &mut World, call: &Call<'_>, body: &[u8]) -> Result<Answer, Rejection> {
    let domain = cname_domain(body)?;
    if world
        .cnames
        .get(&domain)
        .is_some_and(|bucket| bucket == call.bucket_name())
    {
        world.cnames.remove(&domain);
    }
    Ok(Answer::empty(200))
}
