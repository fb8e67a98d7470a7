import ConfigFiles
import ConfigTree
import Daemon
import FileTree
import JSONText
import Provisioning
import VendorCatalogue

/// `bellhop check`: is this configuration right?
enum CheckCommand {
    static let grammar = Arguments.Grammar(
        command: "check", usage: "[--config FILE] [--json]", values: ["--config": "FILE"], switches: ["--json"])

    static func run(_ arguments: Arguments) throws(Exit) {
        var configuration = try loadConfiguration(arguments)
        let remarks = inspectFiles(&configuration) + configuration.fleetRemarks
        if arguments.has("--json") {
            let problems = configuration.problems.map { problem in
                JSONValue.object([
                    ("file", .string(problem.place.file)), ("line", .number(problem.place.line)),
                    ("sentence", .string(withoutCredentials(problem.sentence))),
                ])
            }
            let result = JSONValue.object([
                ("right", .bool(problems.isEmpty)), ("file", .optional(configuration.path)), ("problems", .array(problems)),
                ("remarks", .strings(remarks)),
            ])
            BellhopCommand.say(result.prettyText)
        } else {
            for problem in configuration.problems { BellhopCommand.say(withoutCredentials(problem.description)) }
            for remark in remarks { BellhopCommand.say("note: \(remark)") }
            if configuration.problems.isEmpty { BellhopCommand.say("\(configuration.path ?? "no file, so the defaults"): right") }
        }
        if !configuration.problems.isEmpty { throw Exit(.no) }
    }

    /// Notes what is wrong with the files that the configuration leads to.
    ///
    /// - Returns: what is no mistake, but will be in the way.
    private static func inspectFiles(_ configuration: inout Configuration) -> [String] {
        let settings = configuration.settings
        let problems = ConfigProblems()
        let remarks =
            (Certificates(settings, problems)?.remarks ?? [])
            + settings.rules.filter { $0.auth?.scheme == .basic }.map {
                "\($0.name) asks for passwords by Basic: over http:// anybody on the way can read them"
            }
        configuration.problems += problems.inOrder
        return remarks + inspectTree(&configuration)
    }

    private static func inspectTree(_ configuration: inout Configuration) -> [String] {
        let root = configuration.settings.root
        guard let tree = try? FileTree(root: root) else { return ["the root \(root) cannot be opened; `run` needs it"] }
        guard tree.snapshot.folders.values.contains(where: { !$0.files.isEmpty }) else {
            return ["the root \(root) holds no file, so no phone would be told to come to bellhop"]
        }
        let policy = Policy(settings: configuration.settings, catalogue: configuration.catalogue, tree: tree.snapshot)
        let (problems, isCutShort) = TemplateCheck(tree: tree, policy: policy).run()
        configuration.problems += problems
        return isCutShort ? ["\(TemplateCheck.most) files were made from templates, and the rest not tried"] : []
    }
}
