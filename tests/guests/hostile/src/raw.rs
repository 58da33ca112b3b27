//! Calls of the host with what no compiler of components would write: the canonical ABI by hand.
#![expect(unsafe_code, reason = "breaks the rules of the ABI on purpose; the host must hold")]

use auth0_mcp_plugin::wit::auth0_mcp::plugin::types::Failure;

#[link(wasm_import_module = "auth0-mcp:plugin/log@1.0.0")]
unsafe extern "C" {
    #[link_name = "write"]
    fn log_write(level: i32, text: *const u8, length: usize);
}

#[link(wasm_import_module = "auth0-mcp:plugin/management@1.0.0")]
unsafe extern "C" {
    #[link_name = "send"]
    fn send(
        method: i32,
        path: *const Slice,
        path_length: usize,
        query: *const u8,
        query_length: usize,
        has_body: i32,
        body: *const u8,
        body_length: usize,
        answer: *mut u8,
    );
}

/// A text, as it lies in memory.
#[repr(C)]
#[derive(Clone, Copy)]
struct Slice {
    start: *const u8,
    length: usize,
}

/// One tool.
pub(super) fn call(tool: &str) -> Result<String, Failure> {
    let text = "x".repeat(1 << 20);
    let mut answer = vec![0_u64; 64];
    let answer = answer.as_mut_ptr().cast();
    // SAFETY: none for this guest; it is the host that must be safe.
    unsafe {
        match tool {
            // A million texts of a mebibyte each, in nine mebibytes of memory.
            "overlapping_lists" => {
                let all = vec![Slice { start: text.as_ptr(), length: text.len() }; 1_000_000];
                send(0, all.as_ptr(), all.len(), answer, 0, 0, answer, 0, answer);
            }
            "log_overlapping" => {
                for _ in 0..1_000 {
                    log_write(3, text.as_ptr(), text.len());
                }
            }
            "log_not_utf8" => log_write(3, [0xff_u8, 0xfe, 0xc0].as_ptr(), 3),
            "log_outside" => log_write(3, text.as_ptr(), 0xffff_fff0),
            "log_bad_level" => log_write(77, text.as_ptr(), 3),
            "request_unaligned" => {
                send(0, text.as_ptr().add(1).cast(), 4, answer, 0, 0, answer, 0, answer);
            }
            "answer_not_utf8" => return Ok(String::from_utf8_unchecked(vec![0xff, 0xfe, b'{'])),
            _ => return Err(Failure::Other("no such tool".into())),
        }
    }
    Ok("{}".into())
}
