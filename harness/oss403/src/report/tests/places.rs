//! Where reports go: files, devices, pipes and links.

use super::*;
use std::os::unix::fs::{FileTypeExt as _, PermissionsExt as _, symlink};
use std::path::Path;
use std::process::Command;

fn report(path: &Path) -> Result<(), String> {
    let wanted = [format!("json={}", path.display())];
    let reports = Reports::open(&wanted).map_err(|error| error.to_string())?;
    let head = ResultFile::head(&facts(&[]));
    let finished = reports.finish(&head, &mut String::new());
    finished.map_err(|error| error.to_string())
}

fn is_report(path: &Path) -> bool {
    fs::read(path).is_ok_and(|text| serde_json::from_slice::<ResultFile>(&text).is_ok())
}

#[test]
fn a_device_and_a_pipe_are_written_to_and_stay() {
    let folder = tempfile::tempdir().expect("a folder");
    let (link, fifo) = (folder.path().join("link"), folder.path().join("fifo"));
    symlink("/dev/null", &link).expect("links");
    report(&link).expect("is thrown away");
    assert_eq!(
        fs::read_link(&link).expect("is a link"),
        Path::new("/dev/null")
    );
    let full = Path::new("/dev/full");
    if full.exists() {
        symlink(full, folder.path().join("full")).expect("links");
        let error = report(&folder.path().join("full")).expect_err("takes nothing");
        assert!(error.contains("space"), "{error}");
        assert!(
            fs::metadata(full)
                .expect("is there")
                .file_type()
                .is_char_device()
        );
    }
    assert!(
        Command::new("mkfifo")
            .arg(&fifo)
            .status()
            .expect("runs")
            .success()
    );
    let path = fifo.clone();
    let reader = std::thread::spawn(move || fs::read(path));
    report(&fifo).expect("is read");
    let text = reader.join().expect("ends").expect("reads");
    assert!(serde_json::from_slice::<ResultFile>(&text).is_ok());
    assert!(fs::metadata(&fifo).expect("is there").file_type().is_fifo());
}

#[test]
fn a_link_stays_and_the_file_behind_it_is_replaced_with_its_permissions() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = |name: &str| folder.path().join(name);
    fs::create_dir(path("behind")).expect("makes it");
    fs::write(path("behind/old"), "yesterday's").expect("writes");
    let mode = |mode| fs::Permissions::from_mode(mode);
    fs::set_permissions(path("behind/old"), mode(0o640)).expect("sets");
    symlink("behind/old", path("first")).expect("links");
    symlink("first", path("second")).expect("links");
    symlink("behind/absent", path("dangling")).expect("links");
    for (name, end) in [("second", "behind/old"), ("dangling", "behind/absent")] {
        report(&path(name)).expect("is written");
        assert!(path(name).is_symlink() && is_report(&path(end)), "{name}");
    }
    assert!(path("first").is_symlink());
    let kept = fs::metadata(path("behind/old"))
        .expect("is there")
        .permissions();
    assert_eq!(kept.mode() & 0o7777, 0o640);
    symlink("circle", path("circle")).expect("links");
    report(&path("circle")).expect_err("has no end");
    let two = ["json=second", "junit=first"]
        .map(|text| text.replace('=', &format!("={}/", folder.path().display())));
    assert!(
        matches!(Reports::open(&two), Err(ReportError::Twice(_))),
        "the same file"
    );
}

#[test]
fn nothing_lies_in_the_folder_while_a_run_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let wanted = ["json=a", "junit=b"]
        .map(|text| text.replace('=', &format!("={}/", folder.path().display())));
    let open = Reports::open(&wanted).expect("opens");
    // Whoever is killed now leaves nothing.
    assert_eq!(fs::read_dir(folder.path()).expect("lists").count(), 0);
    drop(open);
}
