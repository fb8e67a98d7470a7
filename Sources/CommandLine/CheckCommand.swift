import ConfigFiles
import ConfigTree
import Daemon
import FileTree
import JSONText
import Provisioning

/// `bellhop check`: is this configuration right?
enum CheckCommand {
    static let grammar = Arguments.Grammar(
        command: "check", usage: "[--config FILE] [--json]", values: ["--config": "FILE"], switches: ["--json"])

    static func run(_ arguments: Arguments) throws(Exit) {
        var configuration = try loadConfiguration(arguments)
        let remarks = remarks(&configuration)
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
    private static func remarks(_ configuration: inout Configuration) -> [String] {
        let settings = configuration.settings
        let problems = ConfigProblems()
        var remarks = Certificates(settings, problems)?.remarks ?? []
        configuration.problems += problems.inOrder
        remarks += settings.rules.filter { $0.auth?.scheme == .basic }.map {
            "\($0.name) asks for passwords by Basic: over http:// anybody on the way can read them"
        }
        if let tree = try? FileTree(root: settings.root) {
            if !tree.snapshot.holdsFile(beneath: "") {
                remarks.append("the root \(settings.root) holds no file, so no phone would be told to come to bellhop")
            }
        } else {
            remarks.append("the root \(settings.root) cannot be opened; `run` needs it")
        }
        return remarks
    }
}
