import ConfigTree
import FileTemplates
import FileTree
import LinuxSystem
import Packets
import Provisioning

/// What a name means to one client: a file opened on the disk, or one made from a template.
package struct FileFinder: Sendable {
    package struct Found: Sendable {
        package let content: FileContent
        package let file: TreeFile
        /// It is for one phone alone.
        package let isSecret: Bool
    }

    /// Why there is nothing for a client.
    package enum Miss: Error {
        case notThere
        /// Another phone's, or nothing proves that it is the asker's own.
        case notYours
        case system(SystemError)
        /// A template that makes no file for this phone; the place is in the template.
        case template(ConfigProblem)
    }

    private let tree: FileTree
    private let policy: Policy

    package init(_ tree: FileTree, _ policy: Policy) {
        self.tree = tree
        self.policy = policy
    }

    /// - Parameters:
    ///   - name: beneath the root, without a leading `/`.
    ///   - place: what the name means, where that is known.
    package func find(_ name: String, for asker: FileAsker, at place: FilePlace? = nil) throws(Miss) -> Found {
        if let place, let opened = try open(place.file) {
            return Found(content: .disk(opened), file: place.file, isSecret: place.isSecret)
        }
        let access = FileAccess(asker, policy, tree: tree.snapshot)
        let isOthers = access.isOthers(name)
        guard let (file, opened) = try open(name, access.view, onlyOwn: isOthers) else { throw isOthers ? .notYours : .notThere }
        guard access.mayHave(file.path) else { throw .notYours }
        let isOneOnes = access.isOneOnes(file.servedPath)
        guard file.isTemplate else { return Found(content: .disk(opened), file: file, isSecret: isOneOnes) }
        return try make(file, opened, for: asker, isOneOnes: isOneOnes)
    }

    /// By the snapshot of names; a file that came this moment may not be in it yet, so the disk has the last word.
    private func open(_ name: String, _ view: PhoneView, onlyOwn: Bool) throws(Miss) -> (TreeFile, OpenFile)? {
        if let file = view.file(name, onlyOwn: onlyOwn), let opened = try open(file) { return (file, opened) }
        for file in view.candidates(name, onlyOwn: onlyOwn) {
            if let opened = try open(file) { return (file, opened) }
        }
        return nil
    }

    private func open(_ file: TreeFile) throws(Miss) -> OpenFile? {
        do throws(SystemError) {
            return try tree.open(file.path)
        } catch {
            throw .system(error)
        }
    }

    /// What is wrong with a template whatever the phone; `nil` for one that can be made for some.
    package func fault(in file: TreeFile) -> ConfigProblem? {
        guard let opened = try? tree.open(file.path) else { return nil }
        do throws(Miss) {
            for (name, line) in try template(file, opened).names {
                if let fault = policy.faultOfTemplateName(name) { return problem(file, line, "{{\(name)}}: \(fault)") }
            }
            return nil
        } catch {
            if case .template(let problem) = error { return problem }
            return nil
        }
    }

    private func make(_ file: TreeFile, _ opened: OpenFile, for asker: FileAsker, isOneOnes: Bool) throws(Miss) -> Found {
        let template = try template(file, opened)
        let isOfRow = template.names.contains { policy.isOfRow($0.name) }
        guard !isOfRow || asker.isItself else { throw .notYours }
        do throws(TemplateFault) {
            let made = try template.rendered { policy.templateValue($0, for: asker) }
            return Found(content: .bytes(made), file: file, isSecret: isOneOnes || isOfRow)
        } catch {
            throw .template(problem(file, error.line, error.sentence))
        }
    }

    private func template(_ file: TreeFile, _ opened: OpenFile) throws(Miss) -> FileTemplate {
        let bytes: [UInt8]
        do throws(SystemError) {
            bytes = try opened.read(from: 0, count: FileTemplate.longest + 1)
        } catch {
            throw .system(error)
        }
        do throws(TemplateFault) {
            return try FileTemplate(bytes, for: file.servedPath)
        } catch {
            throw .template(problem(file, error.line, error.sentence))
        }
    }

    private func problem(_ file: TreeFile, _ line: Int, _ sentence: String) -> ConfigProblem {
        ConfigProblem(sentence, at: ConfigPlace(file: "\(tree.root)/\(file.path)", line: line))
    }
}
