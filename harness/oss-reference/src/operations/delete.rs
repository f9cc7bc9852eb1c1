//! DeleteObject and DeleteMultipleObjects.

use super::call::Call;
use super::retention::protect;
use crate::answer::{Answer, Rejection};
use crate::checks::{self, Inquiry};
use crate::documents::{document, flag};
use crate::operation::Operation;
use crate::refusals::{invalid_version, malformed_xml};
use crate::world::versions::{Removed, is_version_id};
use crate::world::{Bucket, World};
use crate::xml::{Element, Writer};

/// Most keys in one request (help page: DeleteMultipleObjects).
const MOST: usize = 1000;

/// Help page: DeleteObject. Deleting what is absent succeeds.
pub(super) fn one(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let removed = remove(bucket, call, call.key(), call.version())?;
    let mut answer = Answer::empty(204);
    if let Some(version) = removed.version.filter(|_| bucket.is_versioned()) {
        answer.set("x-oss-version-id", version);
    }
    if removed.marker {
        answer.set("x-oss-delete-marker", "true");
    }
    Ok(answer)
}

/// Removes a key, or one version of it.
fn remove(
    bucket: &mut Bucket,
    call: &Call<'_>,
    key: &str,
    version: Option<&str>,
) -> Result<Removed, Rejection> {
    protect(bucket, key, version, call)?;
    Ok(match version {
        Some(version) => bucket.remove_version(key, version),
        None => bucket.remove(key, call.now()),
    })
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
    let wanted = entries(&wanted)?;
    let granted: Vec<bool> = {
        let inquiry = Inquiry::new(call.request, call.form, world, call.config);
        wanted
            .iter()
            .map(|(key, version)| checks::may(&inquiry, Operation::DeleteObject, key, *version))
            .collect()
    };
    // Where nothing may be deleted the request as a whole is refused; that some keys are listed with an error is our own.
    if !granted.contains(&true) {
        return Err(denied());
    }
    let bucket = call.bucket_mut(world)?;
    let mut xml = Writer::new("DeleteResult");
    names.declare(&mut xml);
    for ((key, version), granted) in wanted.into_iter().zip(granted) {
        let deleted = if granted {
            remove(bucket, call, key, version)
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
            Ok(removed) => {
                if !quiet {
                    xml.open("Deleted").leaf("Key", &names.name(key));
                    describe(
                        &mut xml,
                        version.filter(|_| bucket.is_versioned()),
                        &removed,
                    );
                    xml.close();
                }
            }
        }
    }
    Ok(Answer::xml(200, xml.finish()))
}

/// What was removed, where objects have versions.
fn describe(xml: &mut Writer, version: Option<&str>, removed: &Removed) {
    if let Some(version) = version {
        xml.leaf("VersionId", version);
    }
    if removed.marker {
        xml.flag("DeleteMarker", true).leaf(
            "DeleteMarkerVersionId",
            removed.version.as_deref().unwrap_or(""),
        );
    }
}

/// The keys that a document lists, each with the version it names.
fn entries(wanted: &Element) -> Result<Vec<(&str, Option<&str>)>, Rejection> {
    let entries: Vec<_> = wanted
        .all("Object")
        .map(|object| {
            (
                object.text_of("Key").unwrap_or(""),
                object.text_of("VersionId"),
            )
        })
        .collect();
    if entries.is_empty() || entries.len() > MOST || entries.iter().any(|(key, _)| key.is_empty()) {
        return Err(malformed_xml(
            "1 to 1000 objects with their keys are expected",
        ));
    }
    match entries
        .iter()
        .find_map(|(_, version)| version.filter(|id| !is_version_id(id)))
    {
        Some(version) => Err(invalid_version(version)),
        None => Ok(entries),
    }
}

/// What a caller without the right to a key is told.
fn denied() -> Rejection {
    let message = "You have no right to access this object because of bucket acl.";
    Rejection::new(403, "AccessDenied", message).ec("0003-00000001")
}
