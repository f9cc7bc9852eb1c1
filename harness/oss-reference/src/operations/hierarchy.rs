//! RenameObject and directories of buckets with a hierarchical namespace (help pages: RenameObject, CreateDirectory, DeleteDirectory).

use super::call::Call;
use super::content::content_of;
use super::metadata::Given;
use super::put::insert;
use super::retention::protect;
use crate::answer::{Answer, Rejection};
use crate::refusals::{file_already_exists, invalid_argument, no_such_key};
use crate::world::Bucket;
use crate::world::object::ObjectKind;
use crate::xml::Writer;

/// RenameObject: an object, or a directory with all that is in it.
pub(super) fn rename(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let source = call
        .request
        .rename_source()
        .unwrap_or_else(|| Err(invalid_argument("x-oss-rename-source", "")))?;
    let target = call.key();
    let moves: Vec<(String, String)> =
        if bucket.objects.contains_key(&source) && !source.ends_with('/') {
            vec![(source.clone(), target.to_owned())]
        } else {
            let (from, to) = (directory(&source), directory(target));
            if to.starts_with(&from) {
                return Err(invalid_argument("x-oss-rename-source", &source));
            }
            below(bucket, &from)
                .map(|key| (key.clone(), format!("{to}{}", &key[from.len()..])))
                .collect()
        };
    if moves.is_empty() {
        return Err(no_such_key(&source));
    }
    for (from, to) in &moves {
        protect(bucket, from, None, call)?;
        if bucket.objects.contains_key(to) {
            return Err(file_already_exists());
        }
    }
    for (from, to) in moves {
        if let Some(object) = bucket.objects.remove(&from) {
            bucket.objects.insert(to, object);
        }
    }
    Ok(Answer::empty(200))
}

/// CreateDirectory.
pub(super) fn create(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let key = directory(call.key());
    if bucket.objects.contains_key(&key) {
        return Err(file_already_exists());
    }
    let mut object =
        Given::by_headers(call.request).object(bucket, ObjectKind::Normal, call.now())?;
    object.content = content_of(bytes::Bytes::new());
    object.headers.retain(|(name, _)| name != "content-type");
    object
        .headers
        .push(("content-type".into(), "application/x-directory".into()));
    insert(bucket, &key, object);
    Ok(Answer::empty(200))
}

/// DeleteDirectory; what is in it goes only when `x-oss-delete-recursive` says so.
pub(super) fn delete(bucket: &mut Bucket, call: &Call<'_>) -> Result<Answer, Rejection> {
    let name = directory(call.key());
    let keys: Vec<String> = below(bucket, &name).cloned().collect();
    if keys.is_empty() {
        return Err(no_such_key(call.key()));
    }
    let recursive = call
        .header("x-oss-delete-recursive")
        .is_some_and(|text| text.eq_ignore_ascii_case("true"));
    if !recursive && keys.iter().any(|key| *key != name) {
        return Err(Rejection::new(
            409,
            "DirectoryNotEmpty",
            "The directory you tried to delete is not empty.",
        ));
    }
    for key in &keys {
        protect(bucket, key, None, call)?;
    }
    for key in &keys {
        bucket.objects.remove(key);
    }
    let mut xml = Writer::new("DeleteDirectoryResult");
    xml.leaf("DirectoryName", name.trim_end_matches('/'))
        .number("DeleteNumber", keys.len() as u64);
    Ok(Answer::xml(200, xml.finish()))
}

/// The key under which a directory stands.
fn directory(key: &str) -> String {
    format!("{}/", key.trim_end_matches('/'))
}

/// The directory's own key and those of everything in it.
fn below<'b>(bucket: &'b Bucket, directory: &str) -> impl Iterator<Item = &'b String> {
    let start = directory.to_owned();
    bucket
        .objects
        .range(start.clone()..)
        .map(|(key, _)| key)
        .take_while(move |key| key.starts_with(&start))
}
