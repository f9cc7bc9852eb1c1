//! The folder of a site: what its files are called, and whose it is.

use std::fs;
use std::io::{self, Write as _};
use std::path::Path;

use super::site::GENERATOR;
use crate::whole;

/// A text as part of a file's name, whatever stands in it.
pub(super) fn file_name(text: &str) -> String {
    let plain = text.chars().map(|c| match c {
        'a'..='z' | '0'..='9' => c,
        'A'..='Z' => c.to_ascii_lowercase(),
        _ => '-',
    });
    let text: String = plain.take(60).collect();
    let words: Vec<&str> = text.split('-').filter(|word| !word.is_empty()).collect();
    if words.is_empty() {
        "server".to_owned()
    } else {
        words.join("-")
    }
}

/// Whether a folder is what `oss403 certify` wrote.
pub(super) fn is_bundle(folder: &Path) -> bool {
    let has = |name: &str| folder.join(name).is_file();
    has("result.json") && (has("cert.intoto.jsonl") || has("terms.json"))
}

/// Whether a page is an older one of a site. What it says of that stands in its first lines.
pub(super) fn is_site(page: &[u8]) -> bool {
    let head = memchr::memmem::find(page, b"<title>").map_or(page, |end| &page[..end]);
    let said = format!("<meta name=\"generator\" content=\"{GENERATOR}\">");
    memchr::memmem::find(head, said.as_bytes()).is_some()
}

/// A file that is seen when it is whole.
pub(super) fn put(path: &Path, text: &[u8]) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    fs::create_dir_all(folder)?;
    let mut file = whole::temporary(folder)?;
    file.write_all(text)?;
    file.persist(path)?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_name_of_a_server_leads_out_of_the_folder() {
        for (name, is) in [
            ("../../etc/passwd", "etc-passwd"),
            ("Vendor A", "vendor-a"),
            ("..", "server"),
            ("店", "server"),
            ("2026-11-29T09:10:46.000Z", "2026-11-29t09-10-46-000z"),
        ] {
            assert_eq!(file_name(name), is);
        }
    }

    #[test]
    fn a_bundle_has_a_result_and_what_was_stated_or_agreed() {
        let folder = tempfile::tempdir().expect("a folder");
        let put = |name: &str| fs::write(folder.path().join(name), "{}").expect("writes");
        let is = || is_bundle(folder.path());
        assert!(!is());
        put("terms.json");
        assert!(!is(), "without a result");
        put("result.json");
        assert!(is());
        fs::remove_file(folder.path().join("terms.json")).expect("removes");
        assert!(!is(), "a result alone");
        put("cert.intoto.jsonl");
        assert!(is());
    }

    #[test]
    fn a_page_of_a_site_says_so_before_its_title() {
        let page = |before: &str, after: &str| format!("<html>{before}<title>x</title>{after}");
        let said = format!("<meta name=\"generator\" content=\"{GENERATOR}\">");
        assert!(is_site(page(&said, "").as_bytes()));
        assert!(!is_site(page("", &said).as_bytes()));
        assert!(!is_site(page("", "").as_bytes()));
    }
}
