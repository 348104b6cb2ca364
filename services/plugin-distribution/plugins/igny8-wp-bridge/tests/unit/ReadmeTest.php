<?php
// phpcs:disable
use PHPUnit\Framework\TestCase;

/** The rules of wordpress.org for readme.txt. */
final class ReadmeTest extends TestCase {
	private $readme;
	private $plugin;

	protected function setUp(): void {
		$folder       = dirname( __DIR__, 2 );
		$this->readme = file_get_contents( "$folder/readme.txt" );
		$this->plugin = file_get_contents( "$folder/igny8-wp-bridge.php" );
	}

	private function header( string $name ): string {
		return preg_match( '/^' . preg_quote( $name ) . ': (.+)$/m', $this->readme, $match ) ? $match[1] : '';
	}

	private function plugin_header( string $name ): string {
		return preg_match( '/^ \* ' . preg_quote( $name ) . ':\s+(.+)$/m', $this->plugin, $match ) ? $match[1] : '';
	}

	public function test_headers(): void {
		$this->assertStringStartsWith( '=== ' . $this->plugin_header( 'Plugin Name' ) . " ===\n", $this->readme );
		foreach ( [ 'Stable tag' => 'Version', 'Requires at least' => 'Requires at least', 'Requires PHP' => 'Requires PHP', 'License URI' => 'License URI' ] as $ours => $theirs ) {
			$this->assertSame( $this->plugin_header( $theirs ), $this->header( $ours ), $ours );
		}
		$this->assertMatchesRegularExpression( '/\A\d+\.\d+(\.\d+)?\z/', $this->header( 'Tested up to' ) );
		$this->assertMatchesRegularExpression( '/\A[a-z0-9]+(, [a-z0-9]+)*\z/', $this->header( 'Contributors' ) );
		$this->assertMatchesRegularExpression( '/\AGPLv2 or later\z/', $this->header( 'License' ) );
		$this->assertSame( $this->plugin_header( 'Version' ), preg_match( "/const VERSION = '(.+)';/", $this->plugin, $match ) ? $match[1] : '' );
		$this->assertSame( 'igny8-wp-bridge', $this->plugin_header( 'Text Domain' ) );
	}

	public function test_tags(): void {
		$tags = explode( ', ', $this->header( 'Tags' ) );
		$this->assertLessThanOrEqual( 5, count( $tags ) );
		$this->assertSame( $tags, array_unique( $tags ) );
		$this->assertNotContains( 'wordpress', array_map( 'strtolower', $tags ) );
	}

	public function test_short_description(): void {
		preg_match( '/\n\n([^\n=]+)\n\n== Description ==/', $this->readme, $match );
		$this->assertNotEmpty( $match );
		$this->assertLessThanOrEqual( 150, mb_strlen( $match[1] ) );
		$this->assertDoesNotMatchRegularExpression( '/[*_`<>\[\]]/', $match[1], 'It has no markup.' );
	}

	public function test_sections(): void {
		preg_match_all( '/^== (.+) ==$/m', $this->readme, $sections );
		$expected = [ 'Description', 'Installation', 'Frequently Asked Questions', 'Changelog', 'Upgrade Notice' ];
		if ( glob( dirname( __DIR__, 2 ) . '/assets/screenshot-*' ) ) {
			array_splice( $expected, 3, 0, 'Screenshots' );
		}
		$this->assertSame( $expected, $sections[1] );
		foreach ( [ 'Changelog', 'Upgrade Notice' ] as $section ) {
			$this->assertStringContainsString( '= ' . $this->header( 'Stable tag' ) . ' =', substr( $this->readme, strpos( $this->readme, "== $section ==" ) ) );
		}
		preg_match( '/== Upgrade Notice ==.*?= [\d.]+ =\n(.+)/s', $this->readme, $notice );
		$this->assertLessThanOrEqual( 300, strlen( trim( explode( "\n\n", $notice[1] )[0] ) ) );
		$this->assertLessThan( 10240, strlen( substr( $this->readme, strpos( $this->readme, '== Description ==' ), strpos( $this->readme, '== Changelog ==' ) - strpos( $this->readme, '== Description ==' ) ) ) );
	}

	public function test_the_external_service_is_named_with_what_it_is_told_and_its_terms(): void {
		preg_match( '/^= External services =\n(.*?)^== /ms', $this->readme, $match );
		$this->assertNotEmpty( $match );
		foreach ( [ 'https://api.igny8.com', 'Terms: https://igny8.com/terms', 'Privacy: https://igny8.com/privacy', 'login and display name', 'versions of WordPress' ] as $said ) {
			$this->assertStringContainsString( $said, $match[1] );
		}
	}
}
