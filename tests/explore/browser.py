"""A real browser without a window, spoken to through its debugging port."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import subprocess
import urllib.request
from pathlib import Path
from typing import Any

CHROMIUM = next(
    (found for name in ("chromium", "chromium-browser", "google-chrome") if (found := shutil.which(name))), ""
)


def asked(url: str, script: str, profile: Path) -> tuple[Any, list[str]]:
    """What a script answers on a page in Chromium, and the errors on its console.

    Parameters
    ----------
    url : str
    script : str
        JavaScript whose value, or the value of its promise, is the answer.
    profile : Path
        An empty folder.
    """
    return asyncio.run(_asked(url, script, profile))


async def _asked(url: str, script: str, profile: Path) -> tuple[Any, list[str]]:
    from tornado.websocket import websocket_connect

    browser = subprocess.Popen(
        [CHROMIUM, "--headless", "--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking",
         "--disable-component-update", "--disable-sync", f"--user-data-dir={profile}", "--remote-debugging-port=0",
         "--window-size=1300,1200", "about:blank"], stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    try:
        assert browser.stderr
        found = next(match for line in browser.stderr if (match := re.search(r"ws://[\d.]+:(\d+)/", line)))
        with urllib.request.urlopen(f"http://127.0.0.1:{found.group(1)}/json") as answer:
            tab = next(one for one in json.load(answer) if one["type"] == "page")
        socket = await websocket_connect(tab["webSocketDebuggerUrl"])
        wrong: list[str] = []
        count = 0

        async def ask(method: str, **terms: Any) -> dict[str, Any]:
            nonlocal count
            count += 1
            await socket.write_message(json.dumps({"id": count, "method": method, "params": terms}))
            while True:
                said = json.loads(str(await asyncio.wait_for(socket.read_message(), 90)))
                if said.get("id") == count:
                    return dict(said["result"])
                kind, level = said["method"], said.get("params", {}).get("entry", {}).get("level")
                called = said.get("params", {}).get("type")
                if kind == "Runtime.exceptionThrown" or level == "error" or called == "error":
                    wrong.append(json.dumps(said["params"])[:500])

        for domain in ("Runtime", "Log", "Page"):
            await ask(f"{domain}.enable")
        await ask("Page.navigate", url=url)
        await asyncio.sleep(1.0)
        result = await ask("Runtime.evaluate", expression=script, awaitPromise=True, returnByValue=True)
        return result["result"].get("value"), wrong
    finally:
        browser.kill()
        browser.wait()
