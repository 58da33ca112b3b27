//! Sockets: accepts TLS connections, serves HTTP/1.1 and HTTP/2 on them, resets them on demand.

mod control;
mod faulty;
mod service;

use std::{
    io,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    task::{Context, Poll},
};

use hyper::service::service_fn;
use hyper_util::{
    rt::{TokioExecutor, TokioIo},
    server::conn::auto::Builder,
};
use tokio::{
    io::{AsyncRead, AsyncWrite, ReadBuf},
    net::{TcpListener, TcpStream},
    sync::Notify,
};
use tokio_rustls::{TlsAcceptor, server::TlsStream};

use crate::Shared;

/// Accepts connections for as long as the runtime lives.
pub(crate) async fn run(listener: TcpListener, acceptor: TlsAcceptor, shared: Arc<Shared>) {
    loop {
        let Ok((stream, _)) = listener.accept().await else { continue };
        let number = shared.connections.fetch_add(1, Ordering::Relaxed) + 1;
        tokio::spawn(serve(stream, acceptor.clone(), Arc::clone(&shared), number));
    }
}

async fn serve(stream: TcpStream, acceptor: TlsAcceptor, shared: Arc<Shared>, number: u64) {
    if stream.set_nodelay(true).is_err() {
        return;
    }
    // A client that does not trust the CA ends here; that is its business.
    let Ok(stream) = acceptor.accept(stream).await else { return };
    let line = Arc::new(Line { number, cut: AtomicBool::new(false), wake: Notify::new() });
    let socket = Socket { stream, line: Arc::clone(&line) };
    let service =
        service_fn(|request| service::answer(Arc::clone(&shared), Arc::clone(&line), request));
    let builder = Builder::new(TokioExecutor::new());
    let connection = builder.serve_connection(TokioIo::new(socket), service);
    tokio::select! {
        biased;
        () = line.wake.notified() => {}
        // An error means that the client is gone.
        _ = connection => {}
    }
}

/// One connection as its requests see it.
pub(crate) struct Line {
    pub(crate) number: u64,
    cut: AtomicBool,
    wake: Notify,
}

impl Line {
    /// Ends the connection with a reset.
    pub(crate) fn cut(&self) {
        self.cut.store(true, Ordering::Release);
        self.wake.notify_one();
    }
}

/// The encrypted stream; dropped after a cut, it resets the TCP connection instead of closing it.
struct Socket {
    stream: TlsStream<TcpStream>,
    line: Arc<Line>,
}

impl Drop for Socket {
    fn drop(&mut self) {
        if self.line.cut.load(Ordering::Acquire) {
            // Should it fail, the client sees an early end instead of a reset.
            let _ = self.stream.get_ref().0.set_zero_linger();
        }
    }
}

impl AsyncRead for Socket {
    fn poll_read(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        buffer: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_read(context, buffer)
    }
}

impl AsyncWrite for Socket {
    fn poll_write(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[u8],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(context, data)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
        data: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write_vectored(context, data)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(context)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(context)
    }
}
