import ConfigFiles
import FileTree
import JSONText
import Provisioning

/// `bellhop check`: is this configuration right?
enum CheckCommand {
    static let grammar = Arguments.Grammar(
        command: "check", usage: "[--config FILE] [--json]", values: ["--config": "FILE"], switches: ["--json"])

    static func run(_ arguments: Arguments) throws(Exit) {
        let configuration = try loadConfiguration(arguments)
        let remarks = remarks(configuration)
        if arguments.has("--json") {
            let problems = configuration.problems.map { problem in
                JSONValue.object([
                    ("file", .string(problem.place.file)), ("line", .number(problem.place.line)),
                    ("sentence", .string(problem.sentence)),
                ])
            }
            let result = JSONValue.object([
                ("right", .bool(problems.isEmpty)), ("file", .optional(configuration.path)), ("problems", .array(problems)),
                ("remarks", .strings(remarks)),
            ])
            BellhopCommand.say(result.prettyText)
        } else {
            for problem in configuration.problems { BellhopCommand.say(problem.description) }
            for remark in remarks { BellhopCommand.say("note: \(remark)") }
            if configuration.problems.isEmpty { BellhopCommand.say("\(configuration.path ?? "no file, so the defaults"): right") }
        }
        if !configuration.problems.isEmpty { throw Exit(.no) }
    }

    /// What is no mistake of the configuration, but will be in the way.
    private static func remarks(_ configuration: Configuration) -> [String] {
        let root = configuration.settings.root
        guard let tree = try? FileTree(root: root) else { return ["the root \(root) cannot be opened; `run` needs it"] }
        return tree.snapshot.holdsFile(beneath: "")
            ? [] : ["the root \(root) holds no file, so no phone would be told to come to bellhop"]
    }
}
