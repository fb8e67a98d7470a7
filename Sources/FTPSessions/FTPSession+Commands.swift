extension FTPSession {
    /// RFC 959 §4.1 and §5.4, command by command.
    mutating func obey(_ command: FTPCommand, at now: UInt64) -> [FTPAction] {
        let verb = command.verb
        guard login == .complete || FTPCommand.Verb.withoutLogin.contains(verb) else {
            return [.reply(530, "Log in first: USER, PASS")]
        }
        guard !FTPCommand.Verb.notServed.contains(verb) else { return [.reply(502, notServed(verb))] }
        guard !command.argument.isEmpty || !FTPCommand.Verb.withArgument.contains(verb) else {
            return [.reply(501, "\(verb.rawValue) needs an argument")]
        }
        if FTPCommand.Verb.writing.contains(verb) { return ask(.write(verb.rawValue), command.argument) }
        switch verb {
        case .user: return user(command, at: now)
        case .pass: return pass(command)
        case .rein: return reinitialise(at: now)
        case .quit: return close(FTPReply(221, "Goodbye"))
        case .noop: return [.reply(200, "Nothing done")]
        case .acct, .allo: return [.reply(202, "Superfluous here")]
        case .syst: return [.reply(215, "UNIX Type: L8")]
        case .help: return [.write(FTPSession.help.bytes)]
        case .feat: return [.write(FTPSession.features.bytes)]
        case .opts: return [options(command)]
        case .stat: return [status(command)]
        case .type: return [choice(command, of: ["I", "L 8", "A", "A N"], "Files go out byte for byte")]
        case .mode: return [choice(command, of: ["S"], "Stream mode")]
        case .stru: return [choice(command, of: ["F"], "File structure")]
        case .pwd: return [.reply(257, "\(folder.quoted) is where you are")]
        case .cdup: return changeFolder(to: folder.parent)
        case .cwd: return changeFolder(to: folder.resolved(command.argument))
        case .rest: return restart(command)
        case .pasv: return openPort(isExtended: false, at: now)
        case .epsv: return extendedPassive(command, at: now)
        case .size: return ask(.size, command.argument)
        case .mdtm: return ask(.modificationTime, command.argument)
        case .retr: return transfer(.retrieve, command.argument)
        case .list: return transfer(.list, FTPSession.withoutOptions(command.argument))
        case .nlst: return names(FTPSession.withoutOptions(command.argument))
        // A transfer under way was ended when this line came (RFC 959 §4.1.3).
        case .abor: return dataPort == nil ? [.reply(226, "No transfer is under way")] : drop(FTPReply(226, "Closed"), at: now)
        default: return [.reply(502, notServed(verb))]
        }
    }

    private func notServed(_ verb: FTPCommand.Verb) -> String {
        switch verb {
        case .port, .eprt: "\(verb.rawValue) is not served; use PASV or EPSV"
        default: "\(verb.rawValue) is not served"
        }
    }

    private func choice(_ command: FTPCommand, of values: [String], _ text: String) -> FTPAction {
        values.contains(command.word)
            ? .reply(200, text) : .reply(504, "Not with this argument; known are \(values.joined(separator: ", "))")
    }

    private mutating func changeFolder(to path: FTPPath?) -> [FTPAction] {
        guard let path else { return [.reply(550, "There is no such folder")] }
        folder = path
        return [.reply(250, "\(folder.quoted) is where you are")]
    }

    private mutating func restart(_ command: FTPCommand) -> [FTPAction] {
        let digits = command.argument
        guard digits.allSatisfy({ (UInt8(ascii: "0")...UInt8(ascii: "9")).contains($0) }),
            let place = Int64(String(decoding: digits, as: UTF8.self))
        else { return [.reply(501, "REST needs a number of bytes")] }
        restart = place
        return [.reply(350, "The next transfer begins at byte \(place)")]
    }

    private func options(_ command: FTPCommand) -> FTPAction {
        switch command.word {
        case "UTF8", "UTF8 ON", "UTF-8", "UTF-8 ON": .reply(200, "Names are UTF-8")
        default: .reply(501, "No such option")
        }
    }

    private func status(_ command: FTPCommand) -> FTPAction {
        // With a name it would list over the control connection.
        guard command.argument.isEmpty else { return .reply(504, "STAT takes no name; use LIST") }
        let who = login == .complete ? "logged in" : "not logged in"
        return .write(FTPReply(211, ["bellhop serves files to be read", who, "End"]).bytes)
    }

    private static let features = FTPReply(211, ["Features:", "EPSV", "MDTM", "REST STREAM", "SIZE", "UTF8", "End"])

    private static let help: FTPReply = {
        let verbs = FTPCommand.Verb.allCases.filter { verb in
            !FTPCommand.Verb.notServed.contains(verb) && !FTPCommand.Verb.writing.contains(verb)
        }
        return FTPReply(214, ["These commands are served:", verbs.map(\.rawValue).joined(separator: " "), "End"])
    }()

    /// `ls`'s options, such as -la, which clients put before a name.
    private static func withoutOptions(_ argument: ArraySlice<UInt8>) -> ArraySlice<UInt8> {
        var rest = argument
        while rest.first == UInt8(ascii: "-") { rest = rest.drop { $0 != UInt8(ascii: " ") }.dropFirst() }
        return rest
    }
}
