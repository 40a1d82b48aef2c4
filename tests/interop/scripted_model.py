"""The model behind the LiteLLM proxy: calls a tool once, and then repeats what the tool said.

LiteLLM loads `handler` as a custom provider and speaks all its wires in front of it.
"""

import json

from litellm import CustomLLM

COMMAND = "echo interop works"


def text_of(content):
    if isinstance(content, list):
        return "".join(part.get("text", "") for part in content if isinstance(part, dict))
    return content or ""


def chunk(text="", tool=None, finish=None):
    usage = {"prompt_tokens": 100, "completion_tokens": 20, "total_tokens": 120} if finish else None
    return {
        "text": text,
        "tool_use": tool,
        "is_finished": finish is not None,
        "finish_reason": finish or "",
        "usage": usage,
        "index": 0,
    }


def answer(messages):
    last = messages[-1]
    if last.get("role") == "tool":
        said = text_of(last.get("content"))
        for word in ("The ", "tool ", "said: "):
            yield chunk(word)
        for line in said.splitlines(keepends=True):
            yield chunk(line)
        yield chunk(finish="stop")
        return
    yield chunk("Let me look. ")
    arguments = json.dumps({"cmd": COMMAND, "yield_time_ms": 30_000})
    call = {"id": "call_interop_1", "type": "function", "index": 0}
    yield chunk(tool={**call, "function": {"name": "exec_command", "arguments": arguments}})
    yield chunk(finish="tool_calls")


class ScriptedModel(CustomLLM):
    def streaming(self, model, messages, *args, **kwargs):
        yield from answer(messages)

    async def astreaming(self, model, messages, *args, **kwargs):
        for piece in answer(messages):
            yield piece


handler = ScriptedModel()
