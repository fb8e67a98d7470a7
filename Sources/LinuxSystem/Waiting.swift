import Glibc

/// Waits until one of the descriptors can be read or has failed (poll(2)).
/// - Parameters:
///   - descriptors: those to watch; negative ones are passed over and never readable.
///   - milliseconds: the longest wait; `nil` waits for ever.
/// - Returns: for each descriptor whether it can be read, its error and hang-up included; all false when the time ran out.
/// - Throws: EBADF for a descriptor that is not open, and poll's own errors. Signals do not cut the wait short.
package func waitReadable(_ descriptors: [Int32], milliseconds: Int32?) throws(SystemError) -> [Bool] {
    try waitReady(descriptors.map { Watched($0, .reading) }, milliseconds: milliseconds)
}

/// A descriptor, and what it is to be ready for.
package struct Watched: Sendable {
    package struct Purpose: OptionSet, Sendable {
        package let rawValue: Int16
        package static let reading = Purpose(rawValue: Int16(POLLIN))
        package static let writing = Purpose(rawValue: Int16(POLLOUT))

        package init(rawValue: Int16) {
            self.rawValue = rawValue
        }
    }

    package let descriptor: Int32
    package let purpose: Purpose

    package init(_ descriptor: Int32, _ purpose: Purpose) {
        self.descriptor = descriptor
        self.purpose = purpose
    }

    /// Passed over, and never ready.
    package static let nothing = Watched(-1, [])
}

/// As ``waitReadable(_:milliseconds:)``, for writing too. An error or a hang-up makes a descriptor ready whatever it is watched for.
package func waitReady(_ watched: [Watched], milliseconds: Int32?) throws(SystemError) -> [Bool] {
    var polls = watched.map { pollfd(fd: $0.descriptor, events: $0.purpose.rawValue, revents: 0) }
    try wait(for: &polls, milliseconds: milliseconds)
    if let closed = polls.first(where: { $0.revents & Int16(POLLNVAL) != 0 }) {
        throw SystemError(call: "poll", errno: EBADF, what: "descriptor \(closed.fd)")
    }
    return polls.map { $0.revents != 0 }
}

/// Waits until a descriptor takes more or has failed.
func waitWritable(_ descriptor: Int32) throws(SystemError) {
    var polls = [pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)]
    try wait(for: &polls, milliseconds: nil)
}

private func wait(for polls: inout [pollfd], milliseconds: Int32?) throws(SystemError) {
    let end = milliseconds.map { MonotonicClock.now() + UInt64(max(0, $0)) * 1_000_000 }
    var remaining = milliseconds.map { max(0, $0) } ?? -1
    while poll(&polls, nfds_t(polls.count), remaining) < 0 {
        let error = SystemError.last("poll", "\(polls.count) descriptors")
        guard error.isInterrupted else { throw error }
        guard let end else { continue }
        let now = MonotonicClock.now()
        remaining = now >= end ? 0 : Int32((end - now + 999_999) / 1_000_000)
    }
}
