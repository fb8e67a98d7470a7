import FrameLink
import LinuxSystem
import Testing

@Suite struct MemoryLinkTests {
    @Test func `frames come out in the order in which they were put in`() throws {
        let link = try MemoryLink()
        let first = CapturedFrame(time: WallTime(seconds: 1), bytes: [1])
        link.deliver(first)
        link.deliver([2], at: WallTime(seconds: 2))
        #expect(link.nextFrame() == first)
        #expect(link.nextFrame() == CapturedFrame(time: WallTime(seconds: 2), bytes: [2]))
        #expect(link.nextFrame() == nil)
    }

    @Test func `what is sent is kept once and never comes back`() throws {
        let link = try MemoryLink(name: "eth1")
        link.send([1])
        link.send([2])
        #expect(link.nextFrame() == nil)
        #expect(link.takeSent() == [[1], [2]])
        #expect(link.takeSent() == [])
        #expect(link.name == "eth1")
    }

    @Test func `the descriptor is readable until all is read`() throws {
        let link = try MemoryLink()
        let descriptor = try #require(link.descriptor)
        #expect(try waitReadable([descriptor], milliseconds: 0) == [false])
        link.deliver([1])
        link.deliver([2])
        _ = link.nextFrame()
        #expect(try waitReadable([descriptor], milliseconds: 0) == [true])
        while link.nextFrame() != nil {}
        #expect(try waitReadable([descriptor], milliseconds: 0) == [false])
    }
}
