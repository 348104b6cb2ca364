<?php
// phpcs:disable
use PHPUnit\Framework\TestCase;

require_once __DIR__ . '/fixtures/Catalogue.php';

/** `IGNY8_WRITE_POT=1 phpunit … --filter TranslationsTest` writes the file anew. */
final class TranslationsTest extends TestCase {
	private $folder;

	protected function setUp(): void {
		$this->folder = dirname( __DIR__, 2 );
	}

	public function test_every_text_can_be_translated(): void {
		$this->assertSame( [], Catalogue::of( $this->folder )->problems );
	}

	public function test_the_catalogue_is_complete(): void {
		preg_match( '/ \* Version:\s+(\S+)/', file_get_contents( "$this->folder/igny8-wp-bridge.php" ), $version );
		$file = "$this->folder/languages/igny8-wp-bridge.pot";
		$pot  = Catalogue::of( $this->folder )->pot( $version[1] );
		if ( getenv( 'IGNY8_WRITE_POT' ) ) {
			file_put_contents( $file, $pot );
		}
		$this->assertSame( $pot, file_get_contents( $file ), 'Run this test with IGNY8_WRITE_POT=1.' );
	}

	public function test_one_text_has_one_plural(): void {
		foreach ( Catalogue::of( $this->folder )->entries as $text => $entry ) {
			$this->assertMatchesRegularExpression( '/\S/', $text );
			$this->assertSame( trim( $text ), (string) $text );
		}
	}

	public function test_what_people_see_is_not_printed_untranslated(): void {
		foreach ( glob( "$this->folder/inc/{screen,safe-mode,site-health}/*.php", GLOB_BRACE ) as $file ) {
			preg_match_all( '/>([A-Z][a-z]+ [^<\'"]*)</', file_get_contents( $file ), $found );
			$this->assertSame( [], $found[1], $file );
		}
	}
}
