#!/usr/bin/env python3
"""Carries turns with a tool call and its result through model servers of other people, over every wire.

    tests/interop/run.py --server "target/debug/codex-app-server app-server" --litellm VENV/bin/litellm \\
        --aimock node_modules/.bin/llmock
    tests/interop/run.py --server "..." --url http://127.0.0.1:11434/v1 --wire chat --model NAME

The first form starts a LiteLLM proxy with a scripted model, and aimock, which imitates Ollama, OpenRouter and others;
either alone will do. The second asks a server that runs already. Needs nothing but Python 3 itself. Exits with 1 if a
turn is not as it should be.
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
KEY = "sk-interop-0123456789abcdef0123456789abcdef"
# aimock does not count where it speaks Ollama's own API.
UNCOUNTED = "ollama"
USAGE = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120, "input_tokens": 100, "output_tokens": 20}


def free_port():
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return listener.getsockname()[1]


class Started:
    """A model server that was started, and ends with the script."""

    def __init__(self, command, folder, health, environment):
        name = pathlib.Path(command[0]).name
        log = folder / f"{name}.log"
        self.output = open(log, "w")
        self.process = subprocess.Popen(
            command, stdout=self.output, stderr=self.output, cwd=folder, env={**os.environ, **environment}
        )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline and self.process.poll() is None:
            try:
                urllib.request.urlopen(health, timeout=1)
                return
            except OSError:
                time.sleep(0.2)
        sys.exit(f"{name} does not start:\n" + log.read_text()[-2000:])

    def close(self):
        self.process.terminate()
        self.process.wait(20)
        self.output.close()


def start_litellm(program, folder, ollama):
    """A proxy in front of the scripted model and, if there is one, of a server with Ollama's own API."""
    port = free_port()
    models = [{"model_name": "scripted", "litellm_params": {"model": "scripted/one"}}]
    if ollama:
        parameters = {"model": "ollama_chat/scripted", "api_base": ollama}
        models.append({"model_name": UNCOUNTED, "litellm_params": parameters})
    config = {
        "model_list": models,
        "litellm_settings": {
            "custom_provider_map": [{"provider": "scripted", "custom_handler": "scripted_model.handler"}],
            "telemetry": False,
            # Ollama's own API knows fewer parameters.
            "drop_params": True,
        },
        "general_settings": {"master_key": KEY},
    }
    # JSON is YAML; the handler is looked for beside its configuration.
    (folder / "config.yaml").write_text(json.dumps(config))
    (folder / "scripted_model.py").write_text((HERE / "scripted_model.py").read_text())
    command = [program, "--config", str(folder / "config.yaml"), "--host", "127.0.0.1", "--port", str(port)]
    environment = {"LITELLM_LOCAL_MODEL_COST_MAP": "True", "PYTHONPATH": str(folder)}
    return Started(command, folder, f"http://127.0.0.1:{port}/health/liveliness", environment), port


def start_aimock(program, folder):
    """A server that imitates others: its model thinks, calls a tool, and answers once it has seen the result."""
    port = free_port()
    call = {"name": "exec_command", "arguments": json.dumps({"cmd": f"echo {EXPECTED}", "yield_time_ms": 30_000})}
    fixtures = [
        {
            "match": {"toolResultContains": EXPECTED},
            "response": {"content": f"The tool has said what it should: {EXPECTED}. That is all.", "usage": USAGE},
        },
        {
            "match": {"userMessage": "Run", "hasToolResult": False},
            "response": {"content": "Let me look.", "reasoning": "A command is wanted.", "toolCalls": [call], "usage": USAGE},
        },
    ]
    (folder / "fixtures.json").write_text(json.dumps({"fixtures": fixtures}))
    command = [program, "--port", str(port), "--fixtures", str(folder / "fixtures.json"), "--strict"]
    return Started(command, folder, f"http://127.0.0.1:{port}/health", {}), port


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


def run_turn(command, target, folder):
    _, url, wire, model = target
    folder = pathlib.Path(tempfile.mkdtemp(dir=folder))
    home, work = folder / "home", folder / "work"
    home.mkdir()
    work.mkdir()
    (home / "config.toml").write_text(
        f'model = "{model}"\nmodel_provider = "other"\n[model_providers.other]\n'
        f'base_url = "{url}"\nwire_api = "{wire}"\nexperimental_bearer_token = "{KEY}"\n'
        "request_max_retries = 0\nstream_max_retries = 0\n"
    )
    server = AppServer(command, home)
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


def judge(events, counts):
    """What is wrong with a turn; not every server counts tokens."""
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
    if counts and (not usage or usage[-1]["totalTokens"] <= 0):
        wrong.append(f"no usage: {usage}")
    return wrong


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--server", required=True, help="command of the server under test")
    parser.add_argument("--litellm", help="the program `litellm`, to be started")
    parser.add_argument("--aimock", help="the program `llmock` of the npm package @copilotkit/aimock, to be started")
    parser.add_argument("--url", help="base URL of a model server that runs already")
    parser.add_argument("--wire", choices=WIRES, action="append", help="only this wire; may be repeated")
    parser.add_argument("--model", default="scripted", help="the model of --url")
    arguments = parser.parse_args()
    wires = arguments.wire or WIRES
    targets, started, failed = [], [], 0
    if arguments.url:
        targets += [("server", arguments.url, wire, arguments.model) for wire in wires]
    with tempfile.TemporaryDirectory(prefix="interop-") as name:
        folder = pathlib.Path(name)
        try:
            imitation = None
            if arguments.aimock:
                process, port = start_aimock(arguments.aimock, folder)
                started.append(process)
                imitation = f"http://127.0.0.1:{port}"
                targets += [("aimock", f"{imitation}/v1", wire, "scripted") for wire in wires]
                if "chat" in wires:
                    targets.append(("aimock as OpenRouter", f"{imitation}/api/v1", "chat", "some/model"))
            if arguments.litellm:
                process, port = start_litellm(arguments.litellm, folder, imitation)
                started.append(process)
                url = f"http://127.0.0.1:{port}/v1"
                targets += [("LiteLLM", url, wire, "scripted") for wire in wires]
                if imitation:
                    targets += [("LiteLLM before Ollama's API of aimock", url, wire, UNCOUNTED) for wire in wires]
            if not targets:
                parser.error("give --litellm, --aimock or --url")
            for target in targets:
                wrong = judge(run_turn(arguments.server, target, folder), counts=target[3] != UNCOUNTED)
                failed += bool(wrong)
                print(f"{target[0]}, {target[2]}: {'ok' if not wrong else '; '.join(wrong)}", flush=True)
        finally:
            for process in started:
                process.close()
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
