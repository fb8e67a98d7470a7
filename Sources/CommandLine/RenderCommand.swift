import ConfigFiles
import FileServing
import FileTree
import JSONText
import Ledger
import LinuxSystem
import Packets
import Provisioning

/// `bellhop render`: what a phone would get for a name. Passwords that stand in the file are printed: it is what the phone gets.
enum RenderCommand {
    static let grammar = Arguments.Grammar(
        command: "render",
        usage:
            "[--config FILE] [--state DIR] [--model S] [--user-agent S] [--interface NAME | --server ADDRESS] MAC NAME [--json]",
        values: [
            "--config": "FILE", "--state": "DIR", "--model": "S", "--user-agent": "S", "--interface": "NAME",
            "--server": "ADDRESS",
        ],
        switches: ["--json"], words: 2...2)

    static func run(_ arguments: Arguments) throws(Exit) {
        let mac = try macAddress(arguments.words[0])
        guard case .name(let name) = RequestedName("/" + arguments.words[1]), !name.isEmpty else {
            throw Exit(.usage, "\"\(arguments.words[1])\" is no name that a phone could ask for")
        }
        let configuration = try loadSoundConfiguration(arguments)
        let tree = try openTree(configuration.settings)
        let policy = Policy(settings: configuration.settings, catalogue: configuration.catalogue, tree: tree.snapshot)
        var learnt = learnt(mac, folder: arguments.text("--state") ?? configuration.settings.state)
        learnt.model = arguments.text("--model") ?? learnt.model
        let link = try chooseLink(arguments, configuration.settings)
        var asker = policy.proven(
            mac, asking: name, userAgent: arguments.text("--user-agent"), learnt: learnt, server: link.address)
        // The daemon remembers by which rule it answered the phone, which may be one about the interface.
        asker.rule = configuration.settings.rules.first(for: Asker(identity: asker.identity, link: link)) ?? asker.rule
        do throws(FileFinder.Miss) {
            let found = try FileFinder(tree, policy).find(name, for: asker)
            try show(found, Rendering(name: name, asker: asker, tree: tree), arguments)
        } catch {
            let rendering = Rendering(name: name, asker: asker, tree: tree)
            if arguments.has("--json") { BellhopCommand.say(rendering.json(error).prettyText) }
            throw Exit(.no, rendering.sentence(error))
        }
    }

    /// What the ledger has of it; there may be none.
    private static func learnt(_ mac: MACAddress, folder: String) -> LearntDevice {
        var learnt = LearntDevice(lastSeen: Moment(microseconds: 0))
        if let device = try? LedgerReader(folder: folder).device(mac) {
            (learnt.familyID, learnt.model, learnt.version) = (device.family, device.model, device.version)
        }
        return learnt
    }

    private static func show(_ found: FileFinder.Found, _ rendering: Rendering, _ arguments: Arguments) throws(FileFinder.Miss) {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try found.content.read(from: 0, count: Int(clamping: found.content.size))
        } catch {
            throw .system(error)
        }
        if arguments.has("--json") {
            BellhopCommand.say(rendering.json(found, bytes).prettyText)
        } else {
            StandardError.write("\(rendering.origin(found))\n")
            StandardOutput.write(bytes)
        }
    }
}

/// What is said of a file besides what is in it.
private struct Rendering {
    let name: String
    let asker: FileAsker
    let tree: FileTree

    private var who: String {
        let identity = asker.identity
        let kind = [identity.vendor, identity.model].compactMap { $0 }.joined(separator: " ")
        return "\(identity.mac?.colons ?? "") \(kind.isEmpty ? "not recognised" : kind)"
            + (identity.label.map { " (\($0))" } ?? "")
    }

    func origin(_ found: FileFinder.Found) -> String {
        "\(tree.root)/\(found.file.path)\(found.file.isTemplate ? ", a template," : "") for \(who)"
    }

    func sentence(_ miss: FileFinder.Miss) -> String {
        let (status, reason) = why(miss)
        return "\(status): \(reason)"
    }

    /// HTTP's number for it, and what people are told.
    private func why(_ miss: FileFinder.Miss) -> (status: Int, reason: String) {
        switch miss {
        case .notThere: (404, "\(tree.root) holds no \(name) for \(who)")
        case .notYours: (404, "\(name) is another phone's, and \(who) does not get it (files.secrets: own)")
        case .system(let error): (503, error.description)
        case .template(let problem): (500, problem.description)
        }
    }

    func json(_ found: FileFinder.Found, _ bytes: [UInt8]) -> JSONValue {
        let text = String(validating: bytes, as: UTF8.self)
        return .object(
            members(status: 200) + [
                ("path", .string(found.file.path)), ("template", .bool(found.file.isTemplate)), ("secret", .bool(found.isSecret)),
                ("bytes", .number(bytes.count)), ("text", .optional(text)),
                ("hex", text == nil ? .string(hexText(bytes)) : .null),
            ])
    }

    func json(_ miss: FileFinder.Miss) -> JSONValue {
        let (status, reason) = why(miss)
        return .object(members(status: status) + [("reason", .string(reason))])
    }

    private func members(status: Int) -> [(String, JSONValue)] {
        [
            ("status", .number(status)), ("mac", .optional(asker.identity.mac?.colons)), ("name", .string(name)),
            ("vendor", .optional(asker.identity.vendor)), ("family", .optional(asker.identity.family?.id)),
            ("model", .optional(asker.identity.model)), ("rule", .optional(asker.rule?.name)),
        ]
    }
}

extension Policy {
    /// A phone that is what it says, as a command without a daemon imagines it.
    func proven(
        _ mac: MACAddress, asking name: String, userAgent: String? = nil, learnt: LearntDevice, server: IPv4Address
    ) -> FileAsker {
        // Whom the configuration believes would be taken for whose name he asks.
        var strict = settings
        strict.files.secrets = .own
        strict.files.trusted = []
        var asker = with(strict, catalogue).asker(
            for: name, userAgent: userAgent, at: settings.devices[mac]?.address ?? standInForPhone, server: server,
            provenMAC: mac, learnt: { $0 == mac ? learnt : nil })
        asker.isBelieved = settings.files.secrets == .anyone
        return asker
    }
}
