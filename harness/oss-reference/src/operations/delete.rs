//! DeleteObject and DeleteMultipleObjects.

use super::call::Call;
use super::retention::protect;
use crate::answer::{Answer, Rejection};
use crate::checks::{self, Inquiry};
use crate::documents::{document, flag};
use crate::operation::Operation;
use crate::refusals::malformed_xml;
use crate::world::{Bucket, World};
use crate::xml::{Element, Writer};

/// Most keys in one request (help page: DeleteMultipleObjects).
const MOST: usize = 1000;

/// Help page: DeleteObject. Deleting what is absent succeeds.
pub(super) fn one(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    protect(bucket, call.key(), call.config, call.now())?;
    bucket.objects.remove(call.key());
    Ok(Answer::empty(204))
}

/// Help page: DeleteMultipleObjects. Each key is decided on its own; those refused are listed with their reason.
pub(super) fn several(
    world: &mut World,
    call: &Call<'_>,
    body: &[u8],
) -> Result<Answer, Rejection> {
    let wanted = document(body, "Delete")?;
    let quiet = flag(&wanted, "Quiet", false)?;
    let names = call.name_encoding()?;
    let keys = keys(&wanted)?;
    let granted: Vec<bool> = {
        let inquiry = Inquiry::new(call.request, call.form, world, call.config);
        keys.iter()
            .map(|key| checks::may(&inquiry, Operation::DeleteObject, key))
            .collect()
    };
    // Where nothing may be deleted the request as a whole is refused; that some keys are listed with an error is our own.
    if !granted.contains(&true) {
        return Err(denied());
    }
    let bucket = call.bucket_mut(world)?;
    let mut xml = Writer::new("DeleteResult");
    names.declare(&mut xml);
    for (key, granted) in keys.into_iter().zip(granted) {
        let deleted = if granted {
            protect(bucket, key, call.config, call.now())
        } else {
            Err(denied())
        };
        match deleted {
            Err(refusal) => {
                xml.open("Error")
                    .leaf("Key", &names.name(key))
                    .leaf("Code", refusal.code)
                    .leaf("Message", &refusal.message)
                    .close();
            }
            Ok(()) => {
                bucket.objects.remove(key);
                if !quiet {
                    xml.open("Deleted").leaf("Key", &names.name(key)).close();
                }
            }
        }
    }
    Ok(Answer::xml(200, xml.finish()))
}

/// The keys that a document lists.
fn keys(wanted: &Element) -> Result<Vec<&str>, Rejection> {
    let keys: Vec<&str> = wanted
        .all("Object")
        .map(|object| object.text_of("Key").unwrap_or(""))
        .collect();
    if keys.is_empty() || keys.len() > MOST || keys.contains(&"") {
        return Err(malformed_xml(
            "1 to 1000 objects with their keys are expected",
        ));
    }
    Ok(keys)
}

/// What a caller without the right to a key is told.
fn denied() -> Rejection {
    let message = "You have no right to access this object because of bucket acl.";
    Rejection::new(403, "AccessDenied", message).ec("0003-00000001")
}
