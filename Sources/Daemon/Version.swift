/// The version of this program.
package let bellhopVersion = "0.1.0"
