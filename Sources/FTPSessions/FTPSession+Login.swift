extension FTPSession {
    /// Users that need no password (RFC 1635): they see what anybody sees from their address.
    private static let anonymous: Set = ["anonymous", "ftp"]

    /// The answer is the same whether there is such a user or not (RFC 2577 §7). It begins anew: RFC 959 §4.1.1.
    mutating func user(_ command: FTPCommand, at now: UInt64) -> [FTPAction] {
        let name = String(decoding: command.argument, as: UTF8.self)
        let actions = forget(at: now)
        login = .named(name)
        return actions + [
            .reply(331, FTPSession.anonymous.contains(name.lowercased()) ? "Any password will do" : "Password, please")
        ]
    }

    mutating func pass(_ command: FTPCommand) -> [FTPAction] {
        guard case .named(let name) = login else { return [.reply(503, "USER comes first")] }
        if FTPSession.anonymous.contains(name.lowercased()) { return welcome() }
        password = String(decoding: command.argument, as: UTF8.self)
        phase = .awaitingTurn
        return [.askTurn]
    }

    mutating func reinitialise(at now: UInt64) -> [FTPAction] {
        forget(at: now) + [.reply(220, "Log in: USER, PASS")]
    }

    /// - Parameter turn: when the password is looked at; `nil`: not at all.
    package mutating func turn(at turn: UInt64?, now: UInt64) -> [FTPAction] {
        guard phase == .awaitingTurn else { return [] }
        guard let turn else { return close(FTPReply(421, "Too many passwords wait; try again later")) }
        guard turn > now else { return checkPassword() }
        phase = .awaitingTurnUntil(turn)
        return []
    }

    mutating func checkPassword() -> [FTPAction] {
        guard case .named(let name) = login else { return close(nil) }
        phase = .checking
        defer { password = "" }
        return [.check(user: name, password: password)]
    }

    package mutating func checked(_ isRight: Bool, at now: UInt64) -> [FTPAction] {
        guard phase == .checking else { return [] }
        phase = .ready
        if isRight { return welcome() + goOn(at: now) }
        login = .none
        wrongPasswords += 1
        guard wrongPasswords < limits.wrongPasswords else { return close(FTPReply(421, "Too many wrong passwords")) }
        return [.reply(530, "Wrong user or password")] + goOn(at: now)
    }

    private mutating func welcome() -> [FTPAction] {
        login = .complete
        return [.reply(230, "Welcome")]
    }

    private mutating func forget(at now: UInt64) -> [FTPAction] {
        // Who never logged in gains no time by saying so again.
        if login == .complete { loginDeadline = now + limits.loginTime }
        login = .none
        folder = .root
        restart = 0
        isExtendedOnly = false
        guard dataPort != nil else { return [.forgetUser] }
        dataPort = nil
        return [.forgetUser, .endData(isComplete: false)]
    }
}
