#!/usr/bin/env python3
"""Carries turns with a tool call and its result through model servers of other people, over every wire.

    tests/interop/run.py --server "target/debug/codex-app-server app-server" --litellm VENV/bin/litellm
    tests/interop/run.py --server "..." --url http://127.0.0.1:11434/v1 --wire chat --model NAME

The first form starts a LiteLLM proxy with a scripted model; the second asks a server that runs already. Needs
nothing but Python 3 itself. Exits with 1 if a turn is not as it should be.
"""

import argparse
import json
import os
import pathlib
import queue
import shlex
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

HERE = pathlib.Path(__file__).parent
WIRES = ("responses", "chat", "anthropic")
PATIENCE = 120
EXPECTED = "interop works"


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Proxy:
    """A LiteLLM proxy with the scripted model."""

    def __init__(self, program, folder):
        self.port = free_port()
        config = {
            "model_list": [{"model_name": "scripted", "litellm_params": {"model": "scripted/one"}}],
            "litellm_settings": {
                "custom_provider_map": [{"provider": "scripted", "custom_handler": "scripted_model.handler"}],
                "telemetry": False,
            },
        }
        # JSON is YAML; the handler is looked for beside its configuration.
        (folder / "config.yaml").write_text(json.dumps(config))
        (folder / "scripted_model.py").write_text((HERE / "scripted_model.py").read_text())
        self.log = open(folder / "litellm.log", "w")
        self.process = subprocess.Popen(
            [program, "--config", str(folder / "config.yaml"), "--host", "127.0.0.1", "--port", str(self.port)],
            stdout=self.log, stderr=self.log, cwd=folder,
            env={**os.environ, "LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONPATH": str(folder)},
        )
        self.wait(folder)

    def wait(self, folder):
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                urllib.request.urlopen(f"http://127.0.0.1:{self.port}/health/liveliness", timeout=1)
                return
            except OSError:
                time.sleep(0.2)
        sys.exit("the proxy does not start:\n" + (folder / "litellm.log").read_text()[-2000:])

    def url(self):
        return f"http://127.0.0.1:{self.port}/v1"

    def close(self):
        self.process.terminate()
        self.process.wait(20)


class AppServer:
    """The server under test, over its standard input and output."""

    def __init__(self, command, home):
        self.process = subprocess.Popen(
            shlex.split(command), stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            text=True, env={**os.environ, "CODEX_HOME": str(home)},
        )
        self.messages = queue.Queue()
        self.errors = []
        threading.Thread(target=self.read, daemon=True).start()
        threading.Thread(target=lambda: self.errors.extend(self.process.stderr), daemon=True).start()
        self.next_id = 0

    def read(self):
        for line in self.process.stdout:
            self.messages.put(json.loads(line))
        self.messages.put(None)

    def send(self, method, params, **more):
        line = json.dumps({"method": method, "params": params, **more})
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def request(self, method, params):
        self.next_id += 1
        self.send(method, params, id=self.next_id)
        for message in self.until(lambda message: message.get("id") == self.next_id):
            pass
        if "error" in message:
            sys.exit(f"{method} is refused: {message['error']}")
        return message["result"]

    def until(self, is_last):
        while True:
            message = self.messages.get(timeout=PATIENCE)
            if message is None:
                sys.exit("the server ended:\n" + "".join(self.errors[-20:]))
            yield message
            if is_last(message):
                return

    def close(self):
        self.process.stdin.close()
        self.process.wait(20)


def run_turn(arguments, wire, url, folder):
    home, work = folder / f"home-{wire}", folder / f"work-{wire}"
    home.mkdir()
    work.mkdir()
    (home / "config.toml").write_text(
        f'model = "{arguments.model}"\nmodel_provider = "other"\n[model_providers.other]\n'
        f'base_url = "{url}"\nwire_api = "{wire}"\nexperimental_bearer_token = "sk-interop"\n'
        "request_max_retries = 0\nstream_max_retries = 0\n"
    )
    server = AppServer(arguments.server, home)
    server.request("initialize", {"clientInfo": {"name": "interop", "version": "1"}})
    server.send("initialized", {})
    thread = server.request(
        "thread/start", {"cwd": str(work), "approvalPolicy": "never", "sandbox": "danger-full-access"}
    )["thread"]["id"]
    server.request(
        "turn/start",
        {"threadId": thread, "input": [{"type": "text", "text": f"Run `echo {EXPECTED}` and tell what it says."}]},
    )
    events = list(server.until(lambda message: message.get("method") == "turn/completed"))
    server.close()
    return events


def judge(events):
    """What is wrong with a turn."""
    end = events[-1]["params"]["turn"]
    if end["status"] != "completed":
        return [f"the turn is {end['status']}: {end.get('error')}"]
    items = [e["params"]["item"] for e in events if e.get("method") == "item/completed"]
    commands = [item for item in items if item["type"] == "commandExecution"]
    texts = [item["text"] for item in items if item["type"] == "agentMessage"]
    deltas = [e for e in events if e.get("method") == "item/agentMessage/delta"]
    usage = [e["params"]["tokenUsage"]["total"] for e in events if e.get("method") == "thread/tokenUsage/updated"]
    wrong = []
    if not any(EXPECTED in (command.get("aggregatedOutput") or "") for command in commands):
        wrong.append(f"no command printed {EXPECTED!r}: {commands}")
    if not texts or EXPECTED not in texts[-1]:
        wrong.append(f"the model did not see the result: {texts}")
    if len(deltas) < 3:
        wrong.append(f"the answer was not streamed: {len(deltas)} deltas")
    if not usage or usage[-1]["totalTokens"] <= 0:
        wrong.append(f"no usage: {usage}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="command of the server under test")
    parser.add_argument("--litellm", help="the program `litellm`, to be started")
    parser.add_argument("--url", help="base URL of a model server that runs already")
    parser.add_argument("--wire", choices=WIRES, action="append", help="only this wire; may be repeated")
    parser.add_argument("--model", default="scripted")
    arguments = parser.parse_args()
    if bool(arguments.litellm) == bool(arguments.url):
        parser.error("give either --litellm or --url")
    failed = 0
    with tempfile.TemporaryDirectory(prefix="interop-") as name:
        folder = pathlib.Path(name)
        proxy = Proxy(arguments.litellm, folder) if arguments.litellm else None
        try:
            for wire in arguments.wire or WIRES:
                wrong = judge(run_turn(arguments, wire, arguments.url or proxy.url(), folder))
                failed += bool(wrong)
                print(f"{wire}: {'ok' if not wrong else '; '.join(wrong)}")
        finally:
            if proxy:
                proxy.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
