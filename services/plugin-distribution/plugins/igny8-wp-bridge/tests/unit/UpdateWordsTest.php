<?php
// phpcs:disable
use IGNY8\Bridge\Screen;
use PHPUnit\Framework\TestCase;

require_once dirname( __DIR__, 2 ) . '/inc/screen/updates.php';
if ( ! function_exists( '__' ) ) {
	function __( $text ) {
		return $text;
	}
}

/** How the screen and Site Health word what is offered. */
final class UpdateWordsTest extends TestCase {
	public function offers(): array {
		$answer = [ 'version' => '2.1.0', 'update_available' => false, 'requires' => '6.2', 'requires_php' => '8.0', 'failed' => false ];
		return [
			[ [ 'version' => '' ] + $answer, 'not known yet' ],
			[ [], 'not known yet' ],
			[ [ 'update_available' => true ] + $answer, 'Version 2.1.0 can be installed under Dashboard > Updates.' ],
			[ [ 'failed' => true, 'update_available' => true ] + $answer, 'Version 2.1.0 failed on this site and was undone.' ],
			[ [ 'reason' => 'current' ] + $answer, 'This is the newest version.' ],
			[ [ 'reason' => 'requires_wp' ] + $answer, 'Version 2.1.0 needs WordPress 6.2.' ],
			[ [ 'reason' => 'requires_php' ] + $answer, 'Version 2.1.0 needs PHP 8.0.' ],
			[ [ 'reason' => 'rollout' ] + $answer, 'Version 2.1.0 is being released step by step and has not reached this site yet.' ],
			[ [ 'reason' => 'paused' ] + $answer, 'The release of version 2.1.0 is paused.' ],
			[ [ 'reason' => 'of next year' ] + $answer, 'This is the newest version.' ],
		];
	}

	/** @dataProvider offers */
	public function test_offers( array $offered, string $words ): void {
		$this->assertSame( $words, Screen\offer_in_words( $offered ) );
	}

	public function test_the_guard(): void {
		$this->assertSame( 'watches version 2.1.0 and would put the previous one back', Screen\guard_in_words( [ 'state' => 'watching', 'version' => '2.1.0', 'reason' => '' ] ) );
		$this->assertSame( 'ready: an update that fails is undone', Screen\guard_in_words( [ 'state' => 'ready', 'version' => '', 'reason' => '' ] ) );
		$this->assertSame( 'Not writable.', Screen\guard_in_words( [ 'state' => 'impossible', 'version' => '', 'reason' => 'Not writable.' ] ) );
	}
}
