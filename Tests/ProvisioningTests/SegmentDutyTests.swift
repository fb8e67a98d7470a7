import Packets
import Provisioning
import TestSupport
import Testing

private let second: UInt64 = 1_000_000_000
private let start: UInt64 = 1_000_000 * second

private func beat(_ instance: UInt64, lock: Bool = true) -> SegmentBeat {
    SegmentBeat(
        segment: 1, instance: instance, holdsLock: lock, addresses: [IPv4Address(10, 0, 0, UInt8(truncatingIfNeeded: instance))])
}

@Suite struct SegmentDutyTests {
    /// One that answers, at `start + 4 s`.
    private func answering(_ instance: UInt64 = 1) -> SegmentDuty {
        var duty = SegmentDuty(instance: instance, at: start)
        for tenth in 1...40 { duty.step(at: start + UInt64(tenth) * second / 10, isLinkUp: true) }
        duty.note(.held, asked: start + 4 * second, at: start + 4 * second)
        duty.tookOver(at: start + 4 * second)
        return duty
    }

    private let now = start + 4 * second

    @Test func `who hears nobody for three seconds and has the lock takes over`() {
        var duty = SegmentDuty(instance: 1, at: start)
        duty.step(at: start + second, isLinkUp: true)
        #expect(!duty.wantsLock(at: start + second))
        duty.note(.held, asked: start + second, at: start + second)
        #expect(duty.state == .listening)
        duty = answering()
        #expect(duty.state == .answering)
        #expect(duty.mayAnswer(at: now))
    }

    @Test func `who hears a beat does not want the lock, and gives up taking over`() {
        var duty = SegmentDuty(instance: 1, at: start)
        for tenth in 1...40 { duty.step(at: start + UInt64(tenth) * second / 10, isLinkUp: true) }
        duty.note(.held, asked: now, at: now)
        #expect(duty.state == .takingOver)
        duty.heard(beat(2, lock: false), at: now)
        #expect(duty.state == .listening)
        #expect(!duty.wantsLock(at: now + 2 * second))
        #expect(duty.wantsLock(at: now + 3 * second))
    }

    @Test func `who answers goes on without the database, and who listens does not begin`() {
        var duty = answering()
        for tenth in 1...600 {
            let time = now + UInt64(tenth) * second / 10
            duty.step(at: time, isLinkUp: true)
            duty.note(.unreachable, asked: time, at: time)
            #expect(duty.mayAnswer(at: time))
        }
        var other = SegmentDuty(instance: 2, at: start)
        for tenth in 1...600 {
            let time = start + UInt64(tenth) * second / 10
            other.step(at: time, isLinkUp: true)
            other.note(.unreachable, asked: time, at: time)
            #expect(!other.mayAnswer(at: time))
        }
    }

    @Test func `who was stopped answers nothing when it goes on, whichever thread runs first`() {
        var duty = answering()
        #expect(!duty.mayAnswer(at: now + 5 * second))
        duty.step(at: now + 5 * second, isLinkUp: true)
        #expect(duty.state == .listening)
        #expect(!duty.mayAnswer(at: now + 5 * second))
    }

    @Test func `who listened and was stopped listens anew before it takes over`() {
        var duty = SegmentDuty(instance: 1, at: start)
        for tenth in 1...10 { duty.step(at: start + UInt64(tenth) * second / 10, isLinkUp: true) }
        duty.step(at: start + 20 * second, isLinkUp: true)
        #expect(!duty.wantsLock(at: start + 20 * second))
        #expect(duty.wantsLock(at: start + 23 * second))
    }

    @Test func `who reads its frames late does not take over for their silence, and goes on if it answers`() {
        var duty = SegmentDuty(instance: 1, at: start)
        for tenth in 1...40 { duty.step(at: start + UInt64(tenth) * second / 10, isLinkUp: true) }
        duty.note(.held, asked: now, at: now)
        duty.isBehind(at: now)
        duty.tookOver(at: now)
        #expect(duty.state == .listening && !duty.wantsLock(at: now + 2 * second))
        duty = answering()
        duty.isBehind(at: now)
        #expect(duty.mayAnswer(at: now))
    }

    @Test func `who loses its link, or the lock to another, steps back`() {
        var duty = answering()
        duty.step(at: now + second / 10, isLinkUp: false)
        #expect(duty.state == .listening)
        #expect(!duty.wantsLock(at: now + 10 * second))
        duty = answering()
        duty.note(.anothers, asked: now, at: now)
        #expect(duty.state == .listening)
    }

    @Test(arguments: [(true, false, true), (false, true, false), (false, false, true), (true, true, true)])
    func `two that answer: the lock decides, then the lower number`(mine: Bool, theirs: Bool, stays: Bool) {
        var duty = answering()
        var time = now
        if !mine {
            duty.note(.unreachable, asked: now, at: now)
            time += second
            duty.step(at: time, isLinkUp: true)
        }
        duty.heard(beat(2, lock: theirs), at: time)
        #expect((duty.state == .answering) == stays)
    }

    @Test func `a partner is known by every address of its beat, and whether there is one after three seconds`() {
        var duty = SegmentDuty(instance: 1, at: start)
        duty.step(at: start + second, isLinkUp: true)
        #expect(!duty.mayTellPartner(at: start + second))
        #expect(duty.mayTellPartner(at: start + 3 * second))
        var said = beat(2)
        said.addresses.append(IPv4Address(10, 1, 0, 2))
        duty.heard(said, at: start + second)
        #expect(duty.mayTellPartner(at: start + second))
        #expect(said.addresses.allSatisfy(duty.isPartner))
        #expect(!duty.isPartner(IPv4Address(10, 0, 0, 3)))
    }

    @Test func `a lock that was confirmed long ago takes nobody over`() {
        var duty = SegmentDuty(instance: 1, at: start)
        for tenth in 1...80 { duty.step(at: start + UInt64(tenth) * second / 10, isLinkUp: true) }
        duty.note(.held, asked: start + 4 * second, at: start + 8 * second)
        #expect(duty.state == .listening)
    }

    @Test(arguments: [true, false])
    func `however two are stopped, they never answer at once while they hear each other, or the lock holds`(hear: Bool) {
        var random = SeededGenerator(named: "SEGMENT")
        var duties = [SegmentDuty(instance: 1, at: start), SegmentDuty(instance: 2, at: start)]
        var stoppedUntil: [UInt64] = [0, 0]
        var database = true
        var reaches = [true, true]
        var holder: (index: Int, seen: UInt64)?
        var answered = [0, 0]
        var nextBeat: [UInt64] = [0, 0]
        // What came while one was stopped lies in its socket.
        var waiting: [SegmentBeat?] = [nil, nil]
        func answering(at time: UInt64) -> [Int] {
            (0...1).filter { time >= stoppedUntil[$0] && duties[$0].mayAnswer(at: time) }
        }
        for tick in 1...200_000 {
            let time = start + UInt64(tick) * second / 10
            if hear, random.next() % 100 == 0 { database.toggle() }
            for index in 0...1 {
                if random.next() % 200 == 0 { stoppedUntil[index] = time + random.next() % (20 * second) }
                if hear, random.next() % 100 == 0 { reaches[index].toggle() }
            }
            // The server ends a session that says nothing for four seconds, and all of them when it goes itself.
            if !database { holder = nil } else if let held = holder, time > held.seen + 4 * second { holder = nil }
            for index in 0...1 where time >= stoppedUntil[index] {
                duties[index].step(at: time, isLinkUp: true)
                // Before anybody tells it what went on while it was stopped.
                guard answering(at: time).count < 2 else {
                    Issue.record("tick \(tick), \(index) before it hears")
                    return
                }
                if let said = waiting[index] { duties[index].heard(said, at: time) }
                waiting[index] = nil
                if !database || !reaches[index] {
                    duties[index].note(.unreachable, asked: time, at: time)
                } else if duties[index].wantsLock(at: time) {
                    if holder == nil || holder?.index == index {
                        holder = (index, time)
                        duties[index].note(.held, asked: time, at: time)
                        duties[index].tookOver(at: time)
                    } else {
                        duties[index].note(.anothers, asked: time, at: time)
                    }
                } else if holder?.index == index {
                    holder = nil
                }
                if hear, duties[index].mayAnswer(at: time), time >= nextBeat[index] {
                    nextBeat[index] = time + SegmentDuty.beatInterval
                    let said = beat(UInt64(index + 1), lock: duties[index].holdsLock(at: time))
                    if time >= stoppedUntil[1 - index] {
                        duties[1 - index].heard(said, at: time)
                    } else {
                        waiting[1 - index] = said
                    }
                }
            }
            let now = answering(at: time)
            guard now.count < 2 else {
                Issue.record("tick \(tick)")
                return
            }
            for index in now { answered[index] += 1 }
        }
        #expect(answered.allSatisfy { $0 > 1000 }, "\(answered)")
    }

    @Test func `a lease that is told to the partner reads back as what it was, and a part of it or wild times as nothing`() throws
    {
        let mac = try #require(MACAddress("02:00:00:00:00:01"))
        var lease = Lease(
            address: IPv4Address(10, 9, 1, 7), mac: mac, clientIdentifier: [1, 2, 3], interface: "", state: .bound,
            granted: Moment(microseconds: 1_700_000_000_000_000), expires: Moment(microseconds: 1_700_000_600_000_000),
            hostName: "hall", vendor: nil)
        let note = SegmentLease(segment: 7, instance: .max, lease: lease)
        let frame = note.encoded(from: mac)
        #expect(SegmentLease(decoding: frame[...]) == note)
        #expect(SegmentBeat(decoding: frame[...]) == nil)
        for length in 0..<frame.count { #expect(SegmentLease(decoding: frame.prefix(length)) == nil) }
        lease.expires = Moment(microseconds: .max)
        #expect(SegmentLease(decoding: SegmentLease(segment: 7, instance: 1, lease: lease).encoded(from: mac)[...]) == nil)
        lease.expires = Moment(microseconds: 0)
        lease.hostName = String(repeating: "x", count: 1000)
        let cut = SegmentLease(decoding: SegmentLease(segment: 7, instance: 1, lease: lease).encoded(from: mac)[...])
        #expect(cut?.lease.hostName?.utf8.count == 255)
    }

    @Test func `a beat is a frame, and reads back as what it was`() throws {
        let sent = SegmentBeat(
            segment: SegmentBeat.number(of: "lyon lobby"), instance: .max - 5, holdsLock: true,
            addresses: [IPv4Address(10, 9, 0, 1), IPv4Address(10, 8, 0, 1)])
        let frame = sent.encoded(from: try #require(MACAddress("02:00:00:00:00:01")))
        #expect(frame.count == 60)
        #expect(SegmentBeat(decoding: frame[...]) == sent)
        for length in 0..<44 { #expect(SegmentBeat(decoding: frame.prefix(length)) == nil) }
    }
}
