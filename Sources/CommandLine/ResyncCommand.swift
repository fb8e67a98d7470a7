import ConfigFiles
import JSONText
import LinuxSystem
import Packets

/// `bellhop resync`: check-sync to phones, by the daemon that knows where they are.
enum ResyncCommand {
    static let grammar = Arguments.Grammar(
        command: "resync",
        usage: "MAC... | --vendor ID | --all [--reboot] [--yes] [--json] [--config FILE] [--state DIR]",
        values: ["--vendor": "ID", "--config": "FILE", "--state": "DIR"],
        switches: ["--all", "--reboot", "--yes", "--json"], words: 0...10_000)

    static func run(_ arguments: Arguments) throws(Exit) {
        let order = try order(arguments)
        let configuration = try loadSoundConfiguration(arguments)
        let client = try AdminClient(state: arguments.text("--state") ?? configuration.settings.state)
        let begun = try client.post("/api/v1/resync", order)
        guard begun.status == 202, let id = begun.json["id"]?.string else { throw refusal(begun) }
        let phones = try watch(id, client, total: begun.json["total"]?.integer ?? 0, isJSON: arguments.has("--json"))
        if arguments.has("--json") {
            BellhopCommand.say(JSONValue.object([("id", .string(id)), ("phones", .array(phones))]).prettyText)
        }
        guard phones.allSatisfy({ $0["took"]?.boolean == true }) else { throw Exit(.no) }
    }

    /// What is asked of the daemon.
    private static func order(_ arguments: Arguments) throws(Exit) -> JSONValue {
        var choices: [(String, JSONValue)] = []
        if !arguments.words.isEmpty {
            for word in arguments.words where MACAddress(word)?.isStation != true {
                throw Exit(.usage, "\"\(word)\" is not the MAC address of a phone")
            }
            choices.append(("macs", .strings(arguments.words)))
        }
        if let vendor = arguments.text("--vendor") { choices.append(("vendor", .string(vendor))) }
        if arguments.has("--all") { choices.append(("all", .bool(true))) }
        guard choices.count == 1 else {
            throw Exit(
                .usage, "say which phones: their MAC addresses, --vendor ID or --all\nusage: bellhop resync \(grammar.usage)")
        }
        return .object(
            choices + [("reboot", .bool(arguments.has("--reboot"))), ("confirm", .bool(arguments.has("--yes")))])
    }

    private static func refusal(_ answer: AdminClient.Answer) -> Exit {
        switch answer.status {
        case 409 where answer.json["phones"]?.integer != nil:
            Exit(.usage, "\(answer.json["phones"]?.integer ?? 0) phones would be asked: say --yes if that is meant")
        case 400, 404: Exit(answer.status == 404 ? .no : .usage, answer.error)
        default: Exit(.unavailable, answer.error)
        }
    }

    /// Shows each phone as soon as it is finished, and on a terminal how many are.
    private static func watch(_ id: String, _ client: AdminClient, total: Int, isJSON: Bool) throws(Exit) -> [JSONValue] {
        var phones: [JSONValue] = []
        let shows = StandardError.isTerminal && !isJSON
        while true {
            let answer = try client.get("/api/v1/resync/\(id)?from=\(phones.count)")
            guard answer.status == 200, let new = answer.json["phones"]?.items else { throw Exit(.unavailable, answer.error) }
            if shows { StandardError.write("\r\u{1b}[K") }
            if !isJSON { for phone in new { BellhopCommand.say(line(phone)) } }
            phones += new
            if answer.json["done"]?.boolean == true { return phones }
            if shows { StandardError.write("\(phones.count) of \(total)") }
            _ = try? waitReadable([], milliseconds: 200)
        }
    }

    /// `00:04:13:12:34:56 Lobby (snom D735, 10.9.0.10) took it`
    private static func line(_ phone: JSONValue) -> String {
        let kind = [phone["vendor"]?.string, phone["model"]?.string].compactMap { $0 }.joined(separator: " ")
        let facts = [kind, phone["address"]?.string ?? ""].filter { !$0.isEmpty }.joined(separator: ", ")
        let words = [phone["mac"]?.string, phone["label"]?.string, facts.isEmpty ? nil : "(\(facts))", phone["sentence"]?.string]
        return words.compactMap { $0 }.joined(separator: " ")
    }
}
