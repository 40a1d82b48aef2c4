//! Vocabulary of the queue pair.
