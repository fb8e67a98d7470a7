import Glibc
import LinuxSystem
import Testing

@Suite struct StandardStreamsTests {
    @Test func `all of a long text is written, to the right stream`() async throws {
        let result = try #require(
            await #expect(processExitsWith: .success, observing: [\.standardOutputContent, \.standardErrorContent]) {
                // Takes no more than a pipe holds at a time, so that waiting is part of the test.
                _ = fcntl(STDOUT_FILENO, F_SETFL, O_NONBLOCK)
                let isWritten = StandardOutput.write(String(repeating: "o", count: 300_000) + "\n")
                StandardError.write("eee\n")
                exit(isWritten && !StandardOutput.isTerminal && !StandardError.isTerminal ? 0 : 1)
            })
        #expect(result.standardOutputContent.count { $0 == UInt8(ascii: "o") } >= 300_000)
        #expect(String(decoding: result.standardErrorContent, as: UTF8.self).contains("eee\n"))
    }

    @Test func `writing says when nobody reads any more`() async {
        await #expect(processExitsWith: .success) {
            Signals.ignoreBrokenPipes()
            var ends: [Int32] = [0, 0]
            guard pipe(&ends) == 0, dup2(ends[1], STDOUT_FILENO) == STDOUT_FILENO else { exit(2) }
            close(ends[0])
            exit(StandardOutput.write("lost") ? 1 : 0)
        }
    }
}
