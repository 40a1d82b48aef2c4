//! What goes over the pipe, and nothing else.
