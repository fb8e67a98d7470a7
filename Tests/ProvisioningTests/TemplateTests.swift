import TestSupport
import Testing
import VendorCatalogue

/// What is known of a snom D735, as templates ask for it.
func known(_ variable: TextTemplate.Variable) -> String? {
    switch variable {
    case .server: "192.168.50.1"
    case .mac: "000413123abc"
    case .macUpper: "000413123ABC"
    case .macColon: "00:04:13:12:3a:bc"
    case .macDash: "00-04-13-12-3a-bc"
    case .vendor: "snom"
    case .model: "D735"
    case .version: nil
    case .ip: "192.168.50.31"
    case .url: "http://192.168.50.1/"
    case .host: "192.168.50.1"
    case .port: "80"
    }
}

/// What is wrong with a template.
private func fault(_ read: () throws(TextTemplate.Fault) -> Void) -> String? {
    do throws(TextTemplate.Fault) {
        try read()
        return nil
    } catch {
        return error.sentence
    }
}

/// The variable that was asked for in vain.
func unknown<Result>(_ fill: () throws -> Result) -> TextTemplate.Variable? {
    do {
        _ = try fill()
        return nil
    } catch {
        return (error as? UnknownVariable)?.variable
    }
}

@Suite struct TextTemplateTests {
    @Test(arguments: [
        ("text", "boot.cfg", "boot.cfg"), ("nothing", "", ""),
        (
            "every variable", "{server} {mac} {MAC} {mac-colon} {mac-dash} {vendor} {model} {ip} {url} {host} {port}",
            "192.168.50.1 000413123abc 000413123ABC 00:04:13:12:3a:bc 00-04-13-12-3a-bc snom D735 192.168.50.31 http://192.168.50.1/ 192.168.50.1 80"
        ),
        ("doubled braces leave it to the phone", "x/{{mac}}.cfg", "x/{mac}.cfg"),
        ("doubled braces round anything", "{{MODEL}}{{a b}}", "{MODEL}{a b}"),
        ("both side by side", "{mac}{{mac}}", "000413123abc{mac}"),
    ])
    func `a template is filled in`(name: String, source: String, expected: String) throws {
        #expect(try TextTemplate(source).expanded(known) == expected)
    }

    @Test(arguments: [
        ("an open brace", "x{mac", "\"{\" is never closed by \"}\""),
        ("a brace that closes nothing", "mac}", "\"}\" closes nothing"),
        ("an open doubled brace", "{{mac", "\"{{\" is never closed by \"}}\""),
        ("a doubled brace half closed", "{{mac}", "\"{{\" is never closed by \"}}\""),
        ("three braces", "{{{mac}}}", "\"}\" closes nothing"),
    ])
    func `T13 what is no template says why`(name: String, source: String, sentence: String) {
        #expect(fault { () throws(TextTemplate.Fault) in _ = try TextTemplate(source) } == sentence)
    }

    @Test(arguments: ["{Mac}", "{macs}", "{}", "{ mac }", "{url }"])
    func `T13 an unknown variable is refused, and told how to leave it to the phone`(source: String) throws {
        do throws(TextTemplate.Fault) {
            _ = try TextTemplate(source)
            Issue.record("it was taken")
        } catch {
            #expect(error.sentence.hasPrefix("\(source) is no variable; there are {server} {mac} {MAC}"))
            #expect(error.sentence.hasSuffix("{\(source)} leaves it for the phone to fill in"))
        }
    }

    @Test func `T13 what is not known of a phone is not guessed`() throws {
        #expect(unknown { try TextTemplate("{version}").expanded(known) } == .version)
    }
}

@Suite struct URLTemplateTests {
    @Test(arguments: [
        "http://{server}/", "http://{server}", "https://config.example.com/{mac}.cfg", "tftp://192.0.2.1",
        "ftp://user:word@{server}/x", "http://{server}:8080/{model}/{version}?m={mac}",
        "http://{server}?m={mac}", "http://{server}#{mac}", "http://{server}/{{MODEL}}.cfg",
    ])
    func `a URL is taken`(source: String) throws {
        #expect(try URLTemplate(source).source == source)
    }

    @Test(arguments: [
        ("a MAC as host", "http://{mac}/", "{mac} cannot stand in the host of a URL; only {server} or plain text can"),
        (
            "a model in the host's name", "http://{model}.example.com/",
            "{model} cannot stand in the host of a URL; only {server} or plain text can"
        ),
        (
            "a version behind the host", "http://{server}{version}/",
            "{version} cannot stand in the host of a URL; only {server} or plain text can"
        ),
        (
            "an address of the wire as port", "http://{server}:{ip}/",
            "{ip} cannot stand in the host of a URL; only {server} or plain text can"
        ),
        ("a MAC as user", "http://{mac}@{server}/", "{mac} cannot stand in the host of a URL; only {server} or plain text can"),
        ("the vendor as host", "http://{vendor}/", "{vendor} cannot stand in the host of a URL; only {server} or plain text can"),
        ("the URL itself", "http://{server}/{url}", "{url} cannot stand in a URL; it is for options"),
        ("the URL's host as host", "http://{host}/", "{host} cannot stand in a URL; it is for options"),
        ("its port behind the host", "http://{server}/{port}", "{port} cannot stand in a URL; it is for options"),
        ("the URL as host", "http://{url}/", "{url} cannot stand in a URL; it is for options"),
        ("a host of nothing", "http:///x", "\"http:///x\" names no host"),
        ("a user of nobody's", "http://user@/x", "\"http://***@/x\" names no host"),
        (
            "a blank", "http://{server}/a b",
            "\"http://{server}/a b\" contains a space or a control character; write it percent-encoded"
        ),
        (
            "a line end", "http://{server}/a\r\nX: y",
            "\"http://{server}/a\r\nX: y\" contains a space or a control character; write it percent-encoded"
        ),
        (
            "no scheme", "{server}/x",
            "\"{server}/x\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"
        ),
        (
            "another scheme", "file:///etc/passwd",
            "\"file:///etc/passwd\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"
        ),
        (
            "a scheme of the wire", "{vendor}://{server}/",
            "\"{vendor}://{server}/\" is no URL that phones understand; it must begin with http://, https://, tftp:// or ftp://"
        ),
    ])
    func `T13 nothing of the wire stands in scheme or host`(name: String, source: String, sentence: String) {
        #expect(fault { () throws(TextTemplate.Fault) in _ = try URLTemplate(source) } == sentence)
    }

    @Test func `the general URL is our own root`() {
        #expect(URLTemplate.everyone?.source == "http://{server}/")
    }
}
