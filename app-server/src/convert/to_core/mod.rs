//! What a client sends, in the words of the engine.
