//! The table of checks, driven without a socket.

#[path = "checks/ask.rs"]
mod ask;
#[path = "checks/fixture.rs"]
mod fixture;
#[path = "checks/scenarios.rs"]
mod scenarios;

#[path = "checks/acl.rs"]
mod acl;
#[path = "checks/answers.rs"]
mod answers;
#[path = "checks/causes.rs"]
mod causes;
#[path = "checks/configuration.rs"]
mod configuration;
#[path = "checks/edges.rs"]
mod edges;
#[path = "checks/guards.rs"]
mod guards;
#[path = "checks/hosts.rs"]
mod hosts;
#[path = "checks/limits.rs"]
mod limits;
#[path = "checks/never_panics.rs"]
mod never_panics;
#[path = "checks/operations.rs"]
mod operations;
#[path = "checks/operator.rs"]
mod operator;
#[path = "checks/order.rs"]
mod order;
