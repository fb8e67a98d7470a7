import ConfigFiles
import ConfigTree
import JSONText
import LinuxSystem
import VendorCatalogue

/// `bellhop vendors`: the catalogue.
enum VendorsCommand {
    static let grammar = Arguments.Grammar(
        command: "vendors", usage: "[ID] [--config FILE] [--json]", values: ["--config": "FILE"], switches: ["--json"],
        words: 0...1)

    static func run(_ arguments: Arguments) throws(Exit) {
        let configuration = try loadSoundConfiguration(arguments)
        var families = configuration.catalogue.families.sorted { $0.id < $1.id }
        if let name = arguments.words.first {
            families = configuration.catalogue.families(named: name).sorted { $0.id < $1.id }
            guard !families.isEmpty else {
                let hint =
                    nearest(to: name, in: configuration.catalogue.names).map { "; did you mean \($0)?" }
                    ?? "; `bellhop vendors` lists them"
                throw Exit(.no, "\"\(name)\" is neither a brand nor a family of the catalogue\(hint)")
            }
        }
        if arguments.has("--json") {
            BellhopCommand.say(JSONValue.array(families.map(json)).prettyText)
        } else if arguments.words.isEmpty {
            let lines = table(of: families, width: StandardOutput.terminalWidth)
            BellhopCommand.say(([Colour.strong.paint(lines[0])] + lines.dropFirst()).joined(separator: "\n"))
        } else {
            BellhopCommand.say(families.map(page).joined(separator: "\n\n"))
        }
    }

    /// Heading first. In a narrow terminal the brand gives way, then the number of sources; the models are cut.
    static func table(of families: [Family], width: Int?) -> [String] {
        var table = TextTable(["ID", "BRAND", "CONFIDENCE", "SOURCES", "MODELS"])
        table.yielding = [1, 3]
        for family in families {
            let whose = family.isUsersOwn ? " (yours)" : ""
            table.add([
                family.id + whose, family.vendor, family.confidence.rawValue, String(family.sources.count), family.models,
            ])
        }
        return table.lines(width: width)
    }

    private static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
    }

    private static func rows(_ family: Family) -> [(String, [String])] {
        let marks = family.recognition
        return [
            ("models", [family.models]),
            ("confidence", [family.confidence.rawValue]),
            ("prefixes", marks.prefixes.map(\.digits)),
            ("shared-prefixes", marks.sharedPrefixes.map(\.digits)),
            ("vendor-class", marks.vendorClasses.map(\.source)),
            ("user-agent", marks.userAgents.map(\.source)),
            ("event-vendor", marks.eventVendors.map(\.source)),
            ("event-model", marks.eventModels.map(\.source)),
            ("fingerprints", marks.fingerprints.map { $0.map { String($0) }.joined(separator: ",") }),
            ("url", [withoutCredentials(family.answer.url?.source ?? "")]),
            ("not-told", [family.answer.nothing ?? ""]),
            (
                "options",
                family.answer.nothing != nil ? [] : family.answer.options?.all.map { String($0.code) } ?? ["66"]
            ),
            (
                "options-note",
                [family.answer.nothing == nil && family.answer.options == nil ? "no source says which; 66 is what most read" : ""]
            ),
            ("resync", [family.answer.resync?.event, family.answer.resync?.rebootEvent].compactMap { $0 }),
            ("resync-needs", [family.answer.resync?.needs ?? ""]),
            ("files", family.files.map(\.name.source)),
            ("sources", family.sources),
            ("notes", [family.notes ?? ""]),
        ]
    }

    private static func json(_ family: Family) -> JSONValue {
        let single: Set = ["models", "confidence", "url", "not-told", "options-note", "resync-needs", "notes"]
        let rows = rows(family).map { name, values -> (String, JSONValue) in
            (name, single.contains(name) ? .optional(values.first.flatMap { $0.isEmpty ? nil : $0 }) : .strings(values))
        }
        return .object(
            [("id", .string(family.id)), ("vendor", .string(family.vendor)), ("users-own", .bool(family.isUsersOwn))] + rows)
    }

    private static func page(_ family: Family) -> String {
        let rows = rows(family).filter { !$0.1.allSatisfy(\.isEmpty) }
        let lines = rows.flatMap { name, values in
            values.enumerated().map { padded($0.offset == 0 ? name : "", 17) + $0.element }
        }
        return ([padded("id", 17) + family.id, padded("vendor", 17) + family.vendor] + lines).joined(separator: "\n")
    }
}
