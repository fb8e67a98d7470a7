import LinuxSystem
import StatusPage

/// `bellhop page`: the address of the status page, by which the browser may also change something.
enum PageCommand {
    static let grammar = Arguments.Grammar(
        command: "page", usage: "[--config FILE] [--state DIR]", values: Records.flags)

    static func run(_ arguments: Arguments) throws(Exit) {
        var state = arguments.text("--state")
        if state == nil { state = try loadSoundConfiguration(arguments).settings.state }
        do throws(SystemError) {
            let admin = try AdminFile.read(state: state ?? "")
            BellhopCommand.say("\(admin.url)/#token=\(admin.token)")
        } catch {
            throw Exit(error.isPermissionDenied ? .notPermitted : .unavailable, "no daemon was found: \(error.description)")
        }
    }
}
