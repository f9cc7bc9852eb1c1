//! Files as those know them who show reports beside them: by their paths in the repository.

use std::path::{Component, Path, PathBuf};

/// The folder that paths of files in reports start from.
#[derive(Debug, Clone)]
pub(super) struct Workspace {
    root: PathBuf,
    /// Where paths begin that do not begin at the root of the file system.
    here: PathBuf,
}

impl Workspace {
    /// That of this process: what GitHub Actions names, or else the repository that it stands in, or else where it stands.
    pub(super) fn of_process() -> Self {
        let here = std::env::current_dir().unwrap_or_default();
        let named = std::env::var_os("GITHUB_WORKSPACE").filter(|named| !named.is_empty());
        let root = match named {
            Some(named) => here.join(named),
            None => {
                let mut above = here.ancestors();
                let repository = above.find(|folder| folder.join(".git").exists());
                repository.unwrap_or(&here).to_owned()
            }
        };
        Self { root, here }
    }

    /// A file as one finds it from the root: `ci/target.yaml`. `None` for one that is not below it.
    pub(super) fn file(&self, path: &str) -> Option<String> {
        let path = self.here.join(path);
        // Without its links where it is there, and else as it is written.
        let (root, real) = (real(&self.root), real(&path));
        let below = real.strip_prefix(&root).ok()?;
        let names: Option<Vec<&str>> = below.iter().map(|name| name.to_str()).collect();
        names
            .filter(|names| !names.is_empty())
            .map(|names| names.join("/"))
    }
}

fn real(path: &Path) -> PathBuf {
    path.canonicalize().unwrap_or_else(|_| {
        let mut plain = PathBuf::new();
        for component in path.components() {
            match component {
                Component::CurDir => {}
                Component::ParentDir => drop(plain.pop()),
                other => plain.push(other),
            }
        }
        plain
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_named_from_the_root_however_it_was_named_and_not_at_all_when_it_is_elsewhere() {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().join("repository");
        let here = root.join("ci");
        std::fs::create_dir_all(&here).expect("a folder");
        std::fs::write(here.join("there.yaml"), "").expect("a file");
        let workspace = Workspace {
            root: root.clone(),
            here: here.clone(),
        };
        let absolute = here.join("there.yaml").display().to_string();
        for (named, file) in [
            ("there.yaml", Some("ci/there.yaml")),
            ("./there.yaml", Some("ci/there.yaml")),
            ("../ci/./there.yaml", Some("ci/there.yaml")),
            (&*absolute, Some("ci/there.yaml")),
            ("absent.yaml", Some("ci/absent.yaml")),
            ("../absent/../top.yaml", Some("top.yaml")),
            ("../../elsewhere.yaml", None),
            ("/etc/hosts", None),
            ("..", None),
        ] {
            let expected = file.map(str::to_owned);
            assert_eq!(workspace.file(named), expected, "{named}");
        }
    }

    #[cfg(unix)]
    #[test]
    fn links_lead_nowhere_else() {
        let folder = tempfile::tempdir().expect("a folder");
        let (root, link) = (folder.path().join("root"), folder.path().join("link"));
        std::fs::create_dir(&root).expect("a folder");
        std::fs::write(root.join("x.yaml"), "").expect("a file");
        std::os::unix::fs::symlink(&root, &link).expect("a link");
        let workspace = Workspace { root, here: link };
        assert_eq!(workspace.file("x.yaml").as_deref(), Some("x.yaml"));
    }
}
