//! The file that a journal is written to, and what is copied of it to other places.

use std::fs::{File, OpenOptions};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};

use serde::Serialize;

use super::prune;

/// How much is kept back until somebody has to rely upon it.
const BUFFER: usize = 256 * 1024;

/// What few lines exceed, in bytes.
const LINE: usize = 8 * 1024;

/// Other places that are to see every line but the records of what was sent.
pub type Copies = Vec<Box<dyn Write + Send>>;

/// Why a journal could not be written: its path, and the error.
pub type Trouble = (PathBuf, io::Error);

/// A stream of lines that is being written. A write that fails is remembered and reported at the end.
///
/// Its file is locked as long as this process lives: by that others know that the run is not dead.
pub struct Stream {
    run: String,
    out: Mutex<Out>,
    place: Option<Place>,
    /// Whether a line must outlive the machine before what it announces is done.
    durable: bool,
    /// How much of the file is on the disk.
    synced: tokio::sync::Mutex<u64>,
    broken: AtomicBool,
    seq: AtomicU64,
    names: AtomicU64,
    left: AtomicUsize,
}

/// Where the file is.
struct Place {
    path: PathBuf,
    file: Arc<File>,
}

struct Out {
    file: Option<BufWriter<Arc<File>>>,
    written: u64,
    failure: Option<io::Error>,
    copies: Copies,
    /// Of the copies.
    trouble: Option<io::Error>,
}

impl std::fmt::Debug for Stream {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let mut stream = f.debug_struct("Stream");
        stream.field("run", &self.run).field("path", &self.path());
        stream.finish_non_exhaustive()
    }
}

impl Stream {
    /// Opens `<folder>/journal-<run>.jsonl`, which only its owner may read, and makes the folder when it is absent.
    /// With `keep`, all but so many finished ones there, this one and the youngest, are removed.
    ///
    /// # Errors
    /// When the file cannot be written, with its path.
    pub fn create(folder: &Path, run: String, keep: Option<usize>) -> Result<Self, Trouble> {
        let path = folder.join(format!("journal-{run}.jsonl"));
        let open = || {
            std::fs::create_dir_all(folder)?;
            let mut options = OpenOptions::new();
            options.write(true).create_new(true);
            #[cfg(unix)]
            std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
            let file = options.open(&path)?;
            locked(&file)?;
            Ok(Arc::new(file))
        };
        let file = open().map_err(|error| (path.clone(), error))?;
        if let Some(keep) = keep {
            prune::prune(folder, keep.saturating_sub(1));
        }
        Ok(Self::to(run, Some(Place { path, file })))
    }

    /// Goes on with the journal of a dead run, whose file is open at its end and locked.
    pub(in crate::run) fn append(run: String, path: PathBuf, file: File) -> Self {
        let file = Arc::new(file);
        Self::to(run, Some(Place { path, file }))
    }

    /// No file: what is written goes to the copies alone.
    pub fn nowhere(run: String) -> Self {
        Self::to(run, None)
    }

    fn to(run: String, place: Option<Place>) -> Self {
        let file = place.as_ref().map(|place| Arc::clone(&place.file));
        let out = Out {
            file: file.map(|file| BufWriter::with_capacity(BUFFER, file)),
            written: 0,
            failure: None,
            copies: Vec::new(),
            trouble: None,
        };
        Self {
            run,
            out: Mutex::new(out),
            place,
            durable: false,
            synced: tokio::sync::Mutex::new(0),
            broken: AtomicBool::new(false),
            seq: AtomicU64::new(0),
            names: AtomicU64::new(0),
            left: AtomicUsize::new(0),
        }
    }

    /// The same, where what is announced is on the disk before it is done: it outlives the machine.
    #[must_use]
    pub fn durable(self, durable: bool) -> Self {
        Self { durable, ..self }
    }

    /// Lets these see every line from now on.
    pub fn copy_to(&self, copies: Copies) {
        self.out().copies.extend(copies);
    }

    /// Id of the run.
    pub fn run(&self) -> &str {
        &self.run
    }

    /// The file, when there is one.
    pub fn path(&self) -> Option<&Path> {
        self.place.as_ref().map(|place| &*place.path)
    }

    /// Whether a line could not be written.
    pub fn is_broken(&self) -> bool {
        self.broken.load(Ordering::Relaxed)
    }

    /// Whether every line so far could be written.
    ///
    /// # Errors
    /// Why not; it is said once.
    pub fn sound(&self) -> Result<(), Trouble> {
        match self.out().failure.take() {
            Some(error) => Err((self.path().map(Path::to_owned).unwrap_or_default(), error)),
            None => Ok(()),
        }
    }

    /// Whether the copies could be written.
    ///
    /// # Errors
    /// Why not; it is said once.
    pub fn copied(&self) -> io::Result<()> {
        self.out().trouble.take().map_or(Ok(()), Err)
    }

    /// Writes a line; gives how much there is with it. With `flush` it has left this process when this returns.
    pub fn write(&self, line: &impl Serialize, flush: bool) -> u64 {
        self.put(line, flush, true)
    }

    /// Writes a line that is not copied.
    pub(super) fn write_here(&self, line: &impl Serialize) {
        if self.place.is_some() {
            self.put(line, false, false);
        }
    }

    fn put(&self, line: &impl Serialize, flush: bool, copy: bool) -> u64 {
        // Serialised outside the lock, so that the writers only share the copying.
        let mut text = Vec::with_capacity(LINE);
        if let Err(error) = serde_json::to_writer(&mut text, line) {
            self.broken.store(true, Ordering::Relaxed);
            self.out().failure.get_or_insert(io::Error::other(error));
            return 0;
        }
        text.push(b'\n');
        let mut out = self.out();
        let Out {
            file,
            written,
            failure,
            copies,
            trouble,
        } = &mut *out;
        if let Some(file) = file {
            let put = file
                .write_all(&text)
                .and_then(|()| if flush { file.flush() } else { Ok(()) });
            match put {
                Ok(()) => *written += text.len() as u64,
                Err(error) => {
                    self.broken.store(true, Ordering::Relaxed);
                    failure.get_or_insert(error);
                }
            }
        }
        for to in copies.iter_mut().filter(|_| copy) {
            // In one piece, so that whoever reads along never sees half a line of ours.
            if let Err(error) = to.write_all(&text).and_then(|()| to.flush()) {
                trouble.get_or_insert(error);
            }
        }
        *written
    }

    /// Waits until so much is on the disk. Whoever comes meanwhile is served by the next turn, all at once.
    pub(super) async fn settle(&self, upto: u64) {
        let Some(place) = self.place.as_ref().filter(|_| self.durable) else {
            return;
        };
        let mut synced = self.synced.lock().await;
        if *synced >= upto {
            return;
        }
        let written = {
            let mut out = self.out();
            if let Some(Err(error)) = out.file.as_mut().map(Write::flush) {
                out.failure.get_or_insert(error);
                self.broken.store(true, Ordering::Relaxed);
            }
            out.written
        };
        let file = Arc::clone(&place.file);
        let done = tokio::task::spawn_blocking(move || file.sync_data()).await;
        match done.unwrap_or_else(|error| Err(io::Error::other(error))) {
            Ok(()) => *synced = written,
            // Pipes and some file systems know nothing of it.
            Err(error)
                if matches!(
                    error.kind(),
                    io::ErrorKind::InvalidInput | io::ErrorKind::Unsupported
                ) => {}
            Err(error) => {
                self.out().failure.get_or_insert(error);
                self.broken.store(true, Ordering::Relaxed);
            }
        }
    }

    pub(super) fn fresh_seq(&self) -> u64 {
        self.seq.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn fresh_number(&self) -> u64 {
        self.names.fetch_add(1, Ordering::Relaxed) + 1
    }

    pub(super) fn add_left(&self, left: usize) {
        self.left.fetch_add(left, Ordering::Relaxed);
    }

    /// How much the runs of this stream have left.
    pub(super) fn left(&self) -> usize {
        self.left.load(Ordering::Relaxed)
    }

    fn out(&self) -> MutexGuard<'_, Out> {
        self.out.lock().expect("nobody panics with this lock")
    }
}

/// Takes the lock by which a run is known to live. Where there are no locks there is none.
pub(crate) fn locked(file: &File) -> io::Result<()> {
    match file.try_lock() {
        Ok(()) => Ok(()),
        Err(std::fs::TryLockError::WouldBlock) => Err(io::Error::new(
            io::ErrorKind::WouldBlock,
            "another process is writing it",
        )),
        Err(std::fs::TryLockError::Error(error)) if error.kind() == io::ErrorKind::Unsupported => {
            Ok(())
        }
        Err(std::fs::TryLockError::Error(error)) => Err(error),
    }
}
