import FTPSessions
import LinuxSystem
import Packets
import Provisioning

/// One control connection and what belongs to it: does for its session what that says.
final class FTPClient {
    private let control: TCPConnection
    private let house: FTPHouse
    private var session: FTPSession
    /// Said and not yet out.
    private var output: ArraySlice<UInt8> = []
    private var data: FTPDataSide
    /// Of its user and password; `nil` before the login, and for who shows none.
    private var shown: ShownLogin?
    /// What the session wants and has not had, at its head a question to the tree.
    private var waiting: ArraySlice<FTPAction> = []
    /// Once a session is enough.
    private var hasToldOfStranger = false
    private var hasToldOfNoRoom = false
    /// The session is over; until then its last words may go out.
    private var lingersUntil: UInt64?
    private(set) var isGone = false

    /// Read at once, of commands: a hundred at the most, then it is another client's turn.
    private static let chunk = 512

    var peer: IPv4Address { control.peer }

    init(_ control: TCPConnection, _ house: FTPHouse, at now: UInt64) {
        self.control = control
        self.house = house
        data = FTPDataSide(for: control.peer)
        session = FTPSession(toldAddress: house.options.toldAddress ?? control.local, limits: house.options.limits, at: now)
        // ABOR comes with an urgent byte, which would be lost otherwise.
        try? control.keepUrgentInline()
        say(FTPSession.greeting)
    }

    // MARK: Waiting

    enum Role {
        case control, port, data
    }

    var watched: [(role: Role, watched: Watched)] {
        var purpose: Watched.Purpose = output.isEmpty ? [] : .writing
        // Who does not read what he is told is not listened to.
        if session.takesInput, output.isEmpty { purpose.insert(.reading) }
        // The port first: a client that has connected is told so.
        var all = data.port.map { [(Role.port, $0)] } ?? []
        all.append((.control, Watched(control.descriptor, purpose)))
        if let outgoing = data.outgoing { all.append((.data, outgoing)) }
        return all
    }

    /// With a question waiting, the next round is due at once.
    var due: UInt64? { waiting.isEmpty ? [lingersUntil ?? session.due, data.due].compactMap { $0 }.min() : 0 }

    // MARK: What happens

    func serve(_ role: Role, at now: UInt64, _ door: inout FTPDoor) {
        guard !isGone else { return }
        switch role {
        case .control: serveControl(at: now, &door)
        case .port: acceptData(at: now, &door)
        case .data: send(at: now, &door)
        }
    }

    func elapsed(at now: UInt64, _ door: inout FTPDoor) {
        guard !isGone else { return }
        if let lingersUntil, lingersUntil <= now { return breakOff() }
        data.elapsed(at: now)
        if let tellsAt = data.tellsAt, tellsAt <= now { tellOfFile() }
        // The session waits for an answer from here, not for its client.
        guard waiting.isEmpty, let due = session.due, due <= now else { return }
        // What the kernel took says little of a slow client: it takes a hundred thousand octets ahead.
        if let acknowledged = data.acknowledged { session.sent(acknowledged) }
        perform(session.elapsed(at: now), at: now, &door)
    }

    func stop(at now: UInt64, _ door: inout FTPDoor) {
        perform(session.stop(at: now), at: now, &door)
    }

    /// Leaves nothing open.
    func breakOff() {
        guard !isGone else { return }
        endData(isComplete: false)
        isGone = true
    }

    private func serveControl(at now: UInt64, _ door: inout FTPDoor) {
        do throws(SystemError) {
            if !output.isEmpty { return try flush() }
            guard session.takesInput else {
                // Nothing is awaited, so this is an error.
                return breakOff()
            }
            guard let bytes = try control.read(most: FTPClient.chunk) else { return }
            perform(bytes.isEmpty ? session.inputEnded(at: now) : session.received(bytes, at: now), at: now, &door)
        } catch {
            breakOff()
        }
    }

    private func acceptData(at now: UInt64, _ door: inout FTPDoor) {
        switch data.accept(at: now) {
        case .nobody: return
        case .client: perform(session.dataConnected(at: now), at: now, &door)
        case .stranger(let address):
            if !hasToldOfStranger {
                house.log(LogLine(.notice, "ftp.stranger-refused", ["address": address, "client": control.peer]))
            }
            hasToldOfStranger = true
        case .noRoom(let error):
            if !hasToldOfNoRoom { house.log(LogLine(.warning, "ftp.not-answered", ["text": error])) }
            hasToldOfNoRoom = true
        }
    }

    private func send(at now: UInt64, _ door: inout FTPDoor) {
        switch data.send() {
        case .waiting, nil: return
        case .complete: perform(session.delivered(at: now), at: now, &door)
        case .failed(let failure): perform(session.failed(failure, at: now), at: now, &door)
        }
    }

    // MARK: What the session wants

    /// One after the other, and never one inside another: a client may send as many commands as it likes. Up to the first question to the
    /// tree, which is for ``answerQuestion(at:_:)``.
    private func perform(_ actions: [FTPAction], at now: UInt64, _ door: inout FTPDoor) {
        waiting += actions
        while !isGone, let action = waiting.first {
            if case .ask = action { return }
            waiting = perform(action, at: now, &door) + waiting.dropFirst()
        }
    }

    /// Once in each round of the loop: a few bytes of a client's may ask for the longest list again and again (T10).
    func answerQuestion(at now: UInt64, _ door: inout FTPDoor) {
        guard !isGone, case .ask(let question)? = waiting.first else { return }
        waiting = answer(question, at: now) + waiting.dropFirst()
        perform([], at: now, &door)
    }

    /// - Returns: what the session wants next, where it was waiting for this.
    private func perform(_ action: FTPAction, at now: UInt64, _ door: inout FTPDoor) -> [FTPAction] {
        switch action {
        case .write(let bytes): say(bytes)
        case .forgetUser: shown = nil
        case .askTurn: return session.turn(at: door.turn(of: peer, at: now), now: now)
        case .check(let user, let password): return session.checked(logIn(user, password, at: now, &door), at: now)
        case .listen:
            return session.listening(on: data.listen(by: house.openDataPort(at: control.local)), at: now)
        case .ask: break
        case .send(let start): data.begin(at: start, now: now)
        case .endData(let isComplete): endData(isComplete: isComplete)
        case .close:
            lingersUntil = now + house.options.limits.lastWords
            if output.isEmpty { breakOff() }
        }
        return []
    }

    private func logIn(_ user: String, _ password: String, at now: UInt64, _ door: inout FTPDoor) -> Bool {
        shown = house.logins.login(user: user, password: password).map { .right($0) }
        guard shown == nil else { return true }
        door.wrongPassword(from: peer, at: now)
        house.log(LogLine(.notice, "ftp.login-refused", ["address": peer]))
        return false
    }

    private func answer(_ question: FTPQuestion, at now: UInt64) -> [FTPAction] {
        // A session may last for days, and its password be changed meanwhile.
        if let login = shown?.login, !house.logins.holds(login) {
            shown = .nothing("its password was changed after it logged in")
        }
        let name = question.path.map { RequestedName(path: $0.name) } ?? .unfit("no file can have that name")
        var request = FileRequest(
            .ftp, rawName: question.path?.description ?? question.rawName, name: name, peer: peer, local: control.local,
            provenMAC: shown?.login?.mac)
        if let shown { request.shown = shown }
        do throws(FileRefusal) {
            let outgoing = try OutgoingFile(question.purpose, request, from: house.files)
            if question.isTransfer { data.file = outgoing }
            return session.found(size: outgoing.content.size, modified: house.files.modified(outgoing.content).digits, at: now)
        } catch {
            return session.refused(error.status(in: .ftp), error.sentence, at: now)
        }
    }

    private func tellOfFile() {
        data.hasTold()
        guard let file = data.file, let receipt = file.receipt else { return }
        house.files.isUnderWay(receipt, bytes: file.sent, of: file.wanted)
    }

    private func endData(isComplete: Bool) {
        if let file = data.file, let receipt = file.receipt {
            house.files.ended(receipt, bytes: file.sent, isComplete: isComplete, because: isComplete ? nil : file.fault)
        }
        data.end()
    }

    private func say(_ bytes: [UInt8]) {
        output += bytes
        do throws(SystemError) { try flush() } catch { breakOff() }
    }

    private func flush() throws(SystemError) {
        output = output.dropFirst(try control.write(output))
        if output.isEmpty {
            output = []
            if lingersUntil != nil { breakOff() }
        }
    }
}
