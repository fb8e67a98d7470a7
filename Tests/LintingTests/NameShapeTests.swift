import Testing

@testable import Linting

/// How far a name is from one that phones ask for, and which that is.
@Suite struct NameShapeTests {
    @Test(
        arguments: [
            ("snom{model}.htm", "snomD735.htm", 0, "snomD735.htm"),
            ("snom{model}-{MAC}.htm", "snomD735-00-04-13-12-34-56.htm", 0, "snomD735-00-04-13-12-34-56.htm"),
            ("SEP{MAC}.cnf.xml", "sep001122334455.cnf.xml", 3, "SEP001122334455.cnf.xml"),
            ("{mac}-config.xml", "0013d1123456-confg.xml", 2, "0013d1123456-config.xml"),
            ("{mac}.cfg", "00156512345.cfg", 2, "{mac}.cfg"),
            ("lanpbx.cfg", "lanpxb.cfg", 4, "lanpbx.cfg"),
            ("42/2/master.bin", "42/2/master.bin", 0, "42/2/master.bin"),
            ("y000000000???.cfg", "y000000000044.cfg", 0, "y000000000044.cfg"),
        ])
    func `a name is read as what was meant`(shape: String, name: String, cost: Int, meant: String) {
        let match = NameShape(shape).match(name)
        #expect(match?.cost == cost)
        #expect(match?.meant == meant)
    }

    @Test(
        arguments: [
            ("snom{model}.htm", "README.md"), ("{mac}.cfg", "a.cfg"), ("{model}.st", "x.txt"), ("config.xml", "logo.png"),
            ("snom{model}.htm", "sub/snomD735.htm"), ("init.cfg", "init.conf"), ("a{mac}", String(repeating: "0", count: 300)),
            ("snom{model}.htm", "snom.htm"), ("spa{model}.cfg", "spa.cfg"),
        ])
    func `other names are other names`(shape: String, name: String) {
        #expect(NameShape(shape).match(name) == nil)
    }

    @Test func `T3 a name made to be slow is not`() {
        let shape = NameShape(String(repeating: "{model}a", count: 40))
        #expect(shape.match(String(repeating: "a", count: 128))?.cost == 0)
        #expect(shape.match(String(repeating: "b", count: 128)) == nil)
    }
}
