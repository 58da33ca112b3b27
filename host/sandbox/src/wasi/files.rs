//! WASI's file functions where this host is stricter than wasmtime's: what may be opened, how much may be
//! written, and no links.

use std::sync::{
    Arc,
    atomic::{AtomicU64, Ordering},
};

use bytes::Bytes;
use cap_std::fs::Dir;
use wasmtime::{
    Result, StoreContextMut,
    component::{Linker, Resource},
};
use wasmtime_wasi::{
    async_trait,
    filesystem::{Descriptor, WasiFilesystemView},
    p2::{
        DynOutputStream, FsError, OutputStream, Pollable, StreamError, StreamResult,
        bindings::filesystem::types::{
            DescriptorFlags, ErrorCode, Host, HostDescriptor, OpenFlags, PathFlags,
        },
    },
};

use super::WasiState;

/// The version that wasmtime's linker names; guests of every 0.2 release are given it.
const TYPES: &str = "wasi:filesystem/types@0.2.12";
const PREOPENS: &str = "wasi:filesystem/preopens@0.2.12";

/// No file becomes longer than this through a plugin, whatever little is written at its end.
const LONGEST_FILE: u64 = 1 << 30;

/// What making a file or a folder counts, beside what is written into it.
const ENTRY_BYTES: u64 = 4 << 10;

/// How many bytes a call may still write.
#[derive(Clone)]
pub(super) struct Budget(Arc<AtomicU64>);

impl Budget {
    pub(super) fn new(bytes: u64) -> Self {
        Self(Arc::new(AtomicU64::new(bytes)))
    }

    fn spend(&self, bytes: u64) -> bool {
        let less = |left: u64| left.checked_sub(bytes);
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, less).is_ok()
    }
}

type Answered<T> = Result<(std::result::Result<T, ErrorCode>,)>;
type Descr = Resource<Descriptor>;

/// Puts our functions in the place of wasmtime's.
pub(super) fn replace(linker: &mut Linker<WasiState>) -> Result<()> {
    linker.allow_shadowing(true);
    linker.instance(PREOPENS)?.func_wrap("get-directories", |store, ()| directories(store))?;
    let mut types = linker.instance(TYPES)?;
    types.func_wrap_async("[method]descriptor.open-at", |mut store, args| {
        Box::new(async move { open_at(store.data_mut(), args).await })
    })?;
    types.func_wrap_async("[method]descriptor.create-directory-at", |mut store, args| {
        Box::new(async move { create_directory(store.data_mut(), args).await })
    })?;
    types.func_wrap_async("[method]descriptor.set-size", |mut store, args| {
        Box::new(async move { set_size(store.data_mut(), args).await })
    })?;
    types.func_wrap_async("[method]descriptor.write", |mut store, args| {
        Box::new(async move { write(store.data_mut(), args).await })
    })?;
    types.func_wrap("[method]descriptor.write-via-stream", |mut store, args| {
        write_via_stream(store.data_mut(), args)
    })?;
    types.func_wrap("[method]descriptor.append-via-stream", |mut store, args| {
        append_via_stream(store.data_mut(), args)
    })?;
    // A link could lead out of the folder. This host does not follow it, but whoever else looks there would.
    types.func_wrap_async("[method]descriptor.symlink-at", |_, _: (Descr, String, String)| {
        Box::new(async { refused::<()>(ErrorCode::NotPermitted) })
    })?;
    types.func_wrap_async(
        "[method]descriptor.link-at",
        |_, _: (Descr, PathFlags, String, Descr, String)| {
            Box::new(async { refused::<()>(ErrorCode::NotPermitted) })
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

fn refused<T>(code: ErrorCode) -> Answered<T> {
    Ok((Err(code),))
}

/// wasmtime's answer as the guest sees it.
fn answered<T>(state: &mut WasiState, result: std::result::Result<T, FsError>) -> Answered<T> {
    match result {
        Ok(value) => Ok((Ok(value),)),
        Err(error) => Ok((Err(state.filesystem().convert_error_code(error)?),)),
    }
}

fn directories(mut store: StoreContextMut<'_, WasiState>) -> Result<(Vec<(Descr, String)>,)> {
    let state = store.data_mut();
    let mut granted = Vec::new();
    for (dir, guest) in state.folders.iter() {
        granted.push((state.table.push(Descriptor::Dir(dir.clone()))?, guest.clone()));
    }
    Ok((granted,))
}

async fn open_at(
    state: &mut WasiState,
    (folder, path_flags, path, open, flags): (Descr, PathFlags, String, OpenFlags, DescriptorFlags),
) -> Answered<Descr> {
    let creates = open.contains(OpenFlags::CREATE);
    let follow = path_flags.contains(PathFlags::SYMLINK_FOLLOW);
    if !is_ordinary(state, &folder, path.clone(), follow).await? {
        return refused(ErrorCode::NotPermitted);
    }
    if creates && !state.budget.spend(ENTRY_BYTES) {
        return refused(ErrorCode::InsufficientSpace);
    }
    let opened =
        HostDescriptor::open_at(&mut state.filesystem(), folder, path_flags, path, open, flags)
            .await;
    answered(state, opened)
}

/// Whether a path names a file or a folder, or nothing. To open a pipe waits until somebody writes to it, and
/// nothing could end that wait.
async fn is_ordinary(
    state: &mut WasiState,
    folder: &Descr,
    path: String,
    follow: bool,
) -> Result<bool> {
    let Descriptor::Dir(dir) = state.table.get(folder)? else { return Ok(true) };
    let dir = dir.dir.clone();
    let looked = tokio::task::spawn_blocking(move || {
        let dir = Dir::from_std_file(dir.try_clone()?);
        if follow { dir.metadata(&path) } else { dir.symlink_metadata(&path) }
    });
    Ok(match looked.await? {
        Ok(found) => found.is_file() || found.is_dir() || found.is_symlink(),
        // Opening it will say why not.
        Err(_) => true,
    })
}

async fn create_directory(state: &mut WasiState, (folder, path): (Descr, String)) -> Answered<()> {
    if !state.budget.spend(ENTRY_BYTES) {
        return refused(ErrorCode::InsufficientSpace);
    }
    let made = HostDescriptor::create_directory_at(&mut state.filesystem(), folder, path).await;
    answered(state, made)
}

async fn set_size(state: &mut WasiState, (file, size): (Descr, u64)) -> Answered<()> {
    if size > LONGEST_FILE {
        return refused(ErrorCode::FileTooLarge);
    }
    let set = HostDescriptor::set_size(&mut state.filesystem(), file, size).await;
    answered(state, set)
}

async fn write(
    state: &mut WasiState,
    (file, bytes, offset): (Descr, Vec<u8>, u64),
) -> Answered<u64> {
    let length = bytes.len() as u64;
    if offset.saturating_add(length) > LONGEST_FILE {
        return refused(ErrorCode::FileTooLarge);
    }
    if !state.budget.spend(length) {
        return refused(ErrorCode::InsufficientSpace);
    }
    let written = HostDescriptor::write(&mut state.filesystem(), file, bytes, offset).await;
    answered(state, written)
}

fn write_via_stream(
    state: &mut WasiState,
    (file, offset): (Descr, u64),
) -> Answered<Resource<DynOutputStream>> {
    if offset > LONGEST_FILE {
        return refused(ErrorCode::FileTooLarge);
    }
    let stream = HostDescriptor::write_via_stream(&mut state.filesystem(), file, offset);
    counted(state, stream)
}

fn append_via_stream(
    state: &mut WasiState,
    (file,): (Descr,),
) -> Answered<Resource<DynOutputStream>> {
    let stream = HostDescriptor::append_via_stream(&mut state.filesystem(), file);
    counted(state, stream)
}

/// The stream, with each byte counted.
fn counted(
    state: &mut WasiState,
    stream: std::result::Result<Resource<DynOutputStream>, FsError>,
) -> Answered<Resource<DynOutputStream>> {
    let (stream,) = answered(state, stream)?;
    let Ok(stream) = stream else { return Ok((stream,)) };
    let inner = state.table.delete(stream)?;
    let counted: DynOutputStream = Box::new(Counted { inner, budget: state.budget.clone() });
    Ok((Ok(state.table.push(counted)?),))
}

/// A stream into a file that ends when the call has written enough.
struct Counted {
    inner: DynOutputStream,
    budget: Budget,
}

impl Counted {
    fn spend(&self, bytes: usize) -> StreamResult<()> {
        if self.budget.spend(bytes as u64) {
            return Ok(());
        }
        let full = std::io::Error::from(std::io::ErrorKind::StorageFull);
        Err(StreamError::LastOperationFailed(full.into()))
    }
}

#[async_trait]
impl OutputStream for Counted {
    fn write(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.spend(bytes.len())?;
        self.inner.write(bytes)
    }

    fn flush(&mut self) -> StreamResult<()> {
        self.inner.flush()
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        self.inner.check_write()
    }

    async fn blocking_write_and_flush(&mut self, bytes: Bytes) -> StreamResult<()> {
        self.spend(bytes.len())?;
        self.inner.blocking_write_and_flush(bytes).await
    }

    async fn cancel(&mut self) {
        self.inner.cancel().await;
    }
}

#[async_trait]
impl Pollable for Counted {
    async fn ready(&mut self) {
        self.inner.ready().await;
    }
}
