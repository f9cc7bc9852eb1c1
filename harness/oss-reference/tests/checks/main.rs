//! The table of checks, driven without a socket.

mod ask;
mod bases;
mod fixture;
mod scenarios;

mod acl;
mod answers;
mod causes;
mod configuration;
mod details;
mod edges;
mod guards;
mod hosts;
mod limits;
mod never_panics;
mod operations;
mod operator;
mod operator_page;
mod order;
