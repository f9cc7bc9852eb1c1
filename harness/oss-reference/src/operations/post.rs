//! PostObject: an upload by an HTML form (help page: PostObject).

use oss_policy::PostPolicy;

use super::call::Call;
use super::metadata::Given;
use super::put::{described, store};
use crate::answer::{Answer, Rejection};
use crate::request::Form;
use crate::world::{Bucket, Content};
use crate::xml::Writer;

/// Stores the file and answers as the form wishes: a redirect, or the status it names, 204 by default.
pub(super) fn post(
    bucket: &mut Bucket,
    call: &Call<'_>,
    content: Content,
) -> Result<Answer, Rejection> {
    let form = call.form.ok_or_else(no_key)?;
    let key = form.key().ok_or_else(no_key)?;
    let name = bucket.name.clone();
    let object = store(bucket, call, &Given::by_fields(form), &key, content)?;
    let location = format!(
        "http://{}/{}",
        call.request.destination.host,
        oss_auth::percent_encode_keeping_slash(&key)
    );
    let etag = object.content.etag.clone();
    let redirect = form
        .field("success_action_redirect")
        .or_else(|| form.field("redirect"))
        .filter(|url| is_web(url));
    let answer = match (redirect, form.field("success_action_status").map(str::trim)) {
        (Some(url), _) => {
            let separator = if url.contains('?') { '&' } else { '?' };
            let encode = oss_auth::percent_encode;
            let target = format!(
                "{url}{separator}bucket={}&key={}&etag={}",
                encode(&name),
                encode(&key),
                encode(&etag)
            );
            Answer::empty(303).with("location", target)
        }
        (None, Some("201")) => {
            let mut xml = Writer::new("PostResponse");
            xml.leaf("Bucket", &name)
                .leaf("ETag", &etag)
                .leaf("Key", &key)
                .leaf("Location", &location);
            Answer::xml(201, xml.finish()).with("location", &location)
        }
        (None, Some("200")) => Answer::empty(200).with("location", &location),
        (None, _) => Answer::empty(204).with("location", &location),
    };
    Ok(described(answer, object))
}

/// A redirect must lead to the web and fit into a header.
fn is_web(url: &str) -> bool {
    (url.starts_with("http://") || url.starts_with("https://"))
        && url.bytes().all(|byte| byte.is_ascii_graphic())
}

/// The sizes that the form's policy allows.
pub(crate) fn size_range(form: &Form) -> Option<(u64, u64)> {
    PostPolicy::decode(form.field("policy")?)
        .ok()?
        .content_length_range()
}

/// EC 0006-00000003.
pub(crate) fn too_large() -> Rejection {
    Rejection::new(
        400,
        "EntityTooLarge",
        "Your proposed upload exceeds the maximum allowed size.",
    )
    .ec("0006-00000003")
}

/// EC 0006-00000004.
pub(crate) fn too_small() -> Rejection {
    Rejection::new(
        400,
        "EntityTooSmall",
        "Your proposed upload smaller than the minimum allowed size.",
    )
    .ec("0006-00000004")
}

/// The form has no file, or it stands where it cannot be found.
pub(crate) fn no_file() -> Rejection {
    Rejection::new(
        400,
        "IncorrectNumberOfFilesInPOSTRequest",
        "POST requires exactly one file upload per request.",
    )
}

/// The form has no key before its file.
fn no_key() -> Rejection {
    let message = "The bucket POST must contain the specified 'key'. If it is specified, please check the order of the fields";
    Rejection::new(400, "InvalidArgument", message)
        .extra("ArgumentName", "key")
        .extra("ArgumentValue", "")
}
