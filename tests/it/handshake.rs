//! Who may speak when, and what the server says of itself.

use codex_tests::home::Home;
use codex_tests::model::MockModel;
use codex_tests::reply::Reply;
use codex_tests::server::AppServer;

#[test]
fn smoke() {
    let model = MockModel::start([Reply::text("hello")]);
    let home = Home::with_model(&model, "- git\n- file a.txt: hi");
    let mut server = AppServer::start(&home);
    let thread = server.start_thread(&home);
    let turn = server.run_turn(&thread, "go");
    let mut n = codex_tests::normalize::Normalizer::new(&[]);
    println!("{}", codex_tests::trace::story(turn.messages(), &mut n));
    assert_eq!(turn.text(), "hello");
}
