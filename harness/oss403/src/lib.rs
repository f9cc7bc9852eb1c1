//! The conformance engine behind the `oss403` command.
//!
//! Data flows one way: case files → [`oss403_case`] loads and expands them → [`run`] plans, sends through [`wire`] to a [`target`] and
//! records what happened → [`judge`] compares, as a pure function → [`suite`] adds up → [`report`] writes. A [`job`] is all of that.
//! What a [`baseline`] knows of a target fails no run.
//! [`mutate`] tests the suite itself, [`probe`] asks a target what it has. [`explore`] makes scenarios of its own and holds a target against the reference server. [`import`]
//! makes a case of a request, [`explain`] says what a refusal means. [`cli`] parses arguments and prints; nothing in it decides.
//!
//! A program certifies a target as the command does:
//!
//! ```no_run
//! use oss403::job::{Asked, Job};
//! use oss403::judge::scope::Demands;
//! use oss403::report::sink::Reports;
//! use oss403::report::terminal::Detail;
//! use oss403::run::{Options, StopSignal};
//! use oss403::suite::select;
//! use oss403::target::Profile;
//! use oss403_case::Ledger;
//!
//! # async fn certify() -> Result<(), Box<dyn std::error::Error>> {
//! let ledger = Ledger::embedded().expect("the ledger that is compiled in is sound");
//! let instances = select(&ledger, &["url-auth-expired".into()], &[])?;
//! let profile = Profile::embedded();
//! let job = Job {
//!     reports: Reports::open(&["junit=oss403.xml".into()])?,
//!     ..Job::of(&ledger, instances, &profile)
//! };
//! let done = job.ready().await?.run(StopSignal::new(), |_| {}).await;
//! println!("{} requests: {:?}", done.facts.requests, done.exit());
//! # Ok(())
//! # }
//! ```

pub mod baseline;
pub mod certify;
pub mod cli;
pub mod doctor;
pub mod exit;
pub mod explain;
pub mod explore;
pub mod import;
pub mod job;
pub mod judge;
pub mod mutate;
pub mod probe;
pub mod report;
pub mod run;
pub mod suite;
pub mod target;
pub mod watch;
mod whole;
pub mod wire;
