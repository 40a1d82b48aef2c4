//! Messages on a socket: a length, that many bytes, and descriptors that travel with the length.

use std::io::{self, IoSlice, IoSliceMut, Read, Write};
use std::mem::MaybeUninit;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::net::UnixStream;

use rustix::net::{
    RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer, SendAncillaryMessage,
    SendFlags, recvmsg, sendmsg,
};

use super::plan::{PREFIX, prefix};

/// The system accepts far less as arguments and environment of a command.
const LONGEST: usize = 16 * 1024 * 1024;
/// Output, errors and input.
const MOST_DESCRIPTORS: usize = 3;

/// Sends the length of the contents with the descriptors; never blocks on a socket that is empty.
pub(super) fn send_length(socket: &UnixStream, contents: &[u8], descriptors: &[OwnedFd]) -> io::Result<()> {
    let prefix = prefix(contents);
    let descriptors: Vec<_> = descriptors.iter().map(AsFd::as_fd).collect();
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = SendAncillaryBuffer::new(&mut space);
    if !descriptors.is_empty() && !ancillary.push(SendAncillaryMessage::ScmRights(&descriptors)) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    let sent = sendmsg(socket, &[IoSlice::new(&prefix)], &mut ancillary, SendFlags::NOSIGNAL)?;
    if sent == PREFIX { Ok(()) } else { Err(io::ErrorKind::WriteZero.into()) }
}

/// Sends a whole message.
pub(super) fn send(socket: &UnixStream, contents: &[u8], descriptors: &[OwnedFd]) -> io::Result<()> {
    send_length(socket, contents, descriptors)?;
    let mut socket = socket;
    socket.write_all(contents)
}

/// Waits for a message; an error also if the other side is gone.
pub(super) fn receive(socket: &UnixStream) -> io::Result<(Vec<u8>, Vec<OwnedFd>)> {
    let mut length = [0; PREFIX];
    let mut space = [MaybeUninit::uninit(); rustix::cmsg_space!(ScmRights(MOST_DESCRIPTORS))];
    let mut ancillary = RecvAncillaryBuffer::new(&mut space);
    let received =
        recvmsg(socket, &mut [IoSliceMut::new(&mut length)], &mut ancillary, RecvFlags::CMSG_CLOEXEC)?;
    let mut descriptors = Vec::new();
    for message in ancillary.drain() {
        if let RecvAncillaryMessage::ScmRights(received) = message {
            descriptors.extend(received);
        }
    }
    if received.bytes != PREFIX {
        return Err(io::ErrorKind::UnexpectedEof.into());
    }
    let length = usize::try_from(u32::from_le_bytes(length)).unwrap_or(usize::MAX);
    if length > LONGEST {
        return Err(io::ErrorKind::InvalidData.into());
    }
    let mut contents = vec![0; length];
    let mut socket = socket;
    socket.read_exact(&mut contents)?;
    Ok((contents, descriptors))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn contents_and_descriptors_arrive_together() {
        let (one, other) = UnixStream::pair().unwrap();
        let (read, write) = rustix::pipe::pipe().unwrap();
        send(&one, b"contents", &[write]).unwrap();
        send(&one, b"", &[]).unwrap();
        drop(one);
        let (contents, descriptors) = receive(&other).unwrap();
        assert_eq!((contents.as_slice(), descriptors.len()), (&b"contents"[..], 1));
        rustix::io::write(&descriptors[0], b"x").unwrap();
        assert_eq!(rustix::io::read(&read, &mut [0; 8]).unwrap(), 1);
        assert_eq!(receive(&other).unwrap().0, b"");
        assert!(receive(&other).is_err(), "the other side is gone");
    }

    #[test]
    fn absurd_lengths_are_refused() {
        let (one, other) = UnixStream::pair().unwrap();
        (&one).write_all(&u32::MAX.to_le_bytes()).unwrap();
        assert!(receive(&other).is_err());
    }
}
