"""The official Python client calls the tools in both eras of the protocol.

    python both_eras.py path/to/auth0-mcp
"""

import asyncio
import json
import sys

from mcp import Client, StdioServerParameters
from mcp.client.stdio import stdio_client

ERAS = ["legacy", "2026-07-28"]


async def session(binary: str, era: str) -> str:
    server = StdioServerParameters(command=binary, args=["run", "--demo"])
    async with Client(stdio_client(server), mode=era) as client:

        async def call(tool: str, arguments: dict) -> dict:
            result = await client.call_tool(tool, arguments)
            assert not result.is_error, result.content
            assert json.loads(result.content[0].text) == result.structured_content
            return result.structured_content

        tools = [tool.name for tool in (await client.list_tools()).tools]
        created = await call("auth0_create_application", {"name": f"Made in {era}", "app_type": "native"})
        listed = await call("auth0_list_applications", {"name": f"made in {era}"})
        assert [item["client_id"] for item in listed["applications"]] == [created["client_id"]]
        read = await call("auth0_get_application", {"client_id": created["client_id"]})
        assert read["name"] == f"Made in {era}"
        updated = await call("auth0_update_application", {"client_id": created["client_id"], "description": "x"})
        assert updated["description"] == "x"
        return f"python: {era} speaks {client.protocol_version}, {len(tools)} tools listed, four called"


async def main() -> None:
    for era in ERAS:
        print(await session(sys.argv[1], era))


asyncio.run(main())
