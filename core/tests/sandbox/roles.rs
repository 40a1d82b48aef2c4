//! What this program does when a test starts it again: instead of testing, it plays a part.

use std::io::{Read, Write};

use crate::limits;

/// `role NAME ARGUMENTS…` on the command line. Does not return if it is there.
pub fn play_if_asked() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [first, name, arguments @ ..] = arguments.as_slice() else { return };
    if first != "role" {
        return;
    }
    let code = match name.as_str() {
        "listen" => listen(arguments),
        "connect" => connect(arguments),
        "bomb" => limits::bomb(arguments),
        other => panic!("no role {other}"),
    };
    std::process::exit(code);
}

/// `listen FILE`: writes its port to the file and greets the first who comes.
fn listen(arguments: &[String]) -> i32 {
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    // Whole or not at all, for whoever waits for it.
    let draft = format!("{}.draft", arguments[0]);
    std::fs::write(&draft, listener.local_addr().unwrap().port().to_string()).unwrap();
    std::fs::rename(draft, &arguments[0]).unwrap();
    listener.accept().unwrap().0.write_all(b"welcome").unwrap();
    0
}

/// `connect PORT`: prints the greeting, or why there is none.
fn connect(arguments: &[String]) -> i32 {
    let mut greeting = String::new();
    let connected = std::net::TcpStream::connect(("127.0.0.1", arguments[0].parse().unwrap()));
    match connected.and_then(|mut stream| stream.read_to_string(&mut greeting)) {
        Ok(_) => println!("{greeting}"),
        Err(error) => println!("refused: {error}"),
    }
    0
}
