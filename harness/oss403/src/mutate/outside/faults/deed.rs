//! Refusals that keep nobody from anything.

use super::super::table::{Deed, Does, Fault, NoticedBy, fault};

const LOOKED_AT: NoticedBy =
    NoticedBy::Some("only an instance that lists the object under `unchanged` looks at it again");

pub(super) const ROWS: &[Fault] = &[
    fault(
        "deed/deletes",
        "the object of every refused request is deleted",
        Does::Deed(Deed::Delete),
    )
    .noticed_by(LOOKED_AT),
    fault(
        "deed/overwrites",
        "the object of every refused request is written anew",
        Does::Deed(Deed::Overwrite),
    )
    .noticed_by(LOOKED_AT),
    fault(
        "deed/shows",
        "the object of every refused request is shown as to its owner",
        Does::Deed(Deed::Fetch),
    ),
];
