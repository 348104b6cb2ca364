<?php
// phpcs:disable
use PHPUnit\Framework\TestCase;

/**
 * The plugin in the oldest and the newest PHP it is for, on the site under test. IGNY8_PLAYGROUND names a folder with the npm package
 * @wp-playground/cli, whose PHP is compiled to WebAssembly; it reaches the site's database over TCP.
 */
final class PhpVersionsTest extends TestCase {
	public function versions(): array {
		return [ '7.4' => [ '7.4' ], '8.4' => [ '8.4' ] ];
	}

	/** @dataProvider versions */
	public function test_nothing_is_complained_of( string $version ): void {
		foreach ( [ 'activate', 'use' ] as $step ) {
			$said = $this->run_in( $version, $step );
			$this->assertMatchesRegularExpression( '/^PHP ' . preg_quote( $version ) . "\\.\\d+ $step: quiet$/m", $said );
		}
	}

	private function run_in( string $version, string $step ): string {
		$root   = rtrim( (string) getenv( 'IGNY8_WP_ROOT' ), '/' );
		$home   = dirname( $root );
		$script = tempnam( $home, 'smoke' );
		// The environment does not cross over.
		$environment = [ 'IGNY8_WP_ROOT' => $root, 'IGNY8_WP_URL' => getenv( 'IGNY8_WP_URL' ) ];
		file_put_contents( $script, '<?php foreach ( ' . var_export( $environment, true ) . ' as $name => $value ) { putenv( "$name=$value" ); } require ' . var_export( "$root/wp-content/plugins/igny8-wp-bridge/tests/php-versions/smoke.php", true ) . ';' );
		$php     = [ 'node', getenv( 'IGNY8_PLAYGROUND' ) . '/wp-playground.js', 'php', "--php=$version", '--verbosity=quiet', '--wordpress-install-mode=do-not-attempt-installing', '--skip-sqlite-setup', "--mount-before-install=$home:$home" ];
		$command = array_merge( [ 'timeout', '--kill-after=5', '120' ], $php, [ '--', $script, $step ] );
		$process = proc_open( $command, [ [ 'file', '/dev/null', 'r' ], [ 'pipe', 'w' ], [ 'redirect', 1 ] ], $pipes );
		$said    = (string) stream_get_contents( $pipes[1] );
		proc_close( $process );
		unlink( $script );
		return $said;
	}
}
