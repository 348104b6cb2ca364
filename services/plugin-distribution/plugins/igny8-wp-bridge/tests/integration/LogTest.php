<?php
// phpcs:disable
use IGNY8\Bridge\Log;
use IGNY8\Bridge\Storage;

final class LogTest extends SiteTestCase {
	protected function setUp(): void {
		parent::setUp();
		Log\clear();
	}

	public function test_it_is_bounded(): void {
		global $wpdb;
		for ( $i = 0; $i < Log\KEEP + 120; $i++ ) {
			Log\note( 'sent', "event $i", 'ok' );
		}
		$count = (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Storage\table( 'log' ) );
		$this->assertGreaterThanOrEqual( Log\KEEP, $count );
		$this->assertLessThan( Log\KEEP + 50, $count );
		$this->assertSame( 'event ' . ( Log\KEEP + 119 ), Log\newest( 1 )[0]->subject );
	}

	public function test_strangers_cannot_fill_it_nor_write_into_it(): void {
		for ( $i = 0; $i < 3; $i++ ) {
			Platform::ask_bare( 'POST', '/publish', [ 'webhook-id' => 'stranger' ], '{"title":"stranger"}' );
			Platform::ask( 'GET', '/status', [], '', [], [ 'site_id' => 99 ] );
		}
		$entries = Log\newest( 100 );
		$this->assertSame( [ 'signature_invalid', 'signature_missing' ], array_column( $entries, 'outcome' ) );
		$this->assertSame( [ 'refused' ], array_values( array_unique( array_column( $entries, 'kind' ) ) ) );
		$this->assertStringNotContainsString( 'stranger', wp_json_encode( $entries ) );
	}

	public function test_commands_are_noted_and_reading_is_not(): void {
		$payload = $this->payload( [ 'title' => 'A secret title' ] );
		$post    = Platform::publish( $payload )['body']['post_id'];
		Platform::ask( 'GET', '/posts' );
		Platform::ask( 'GET', "/posts/" . ( $post + 1000000 ) );
		Platform::publish( [ 'operation_id' => wp_generate_uuid4() ] + $payload );
		$entries = array_values( array_filter( Log\newest( 100 ), function ( $entry ) { return 'received' === $entry->kind; } ) );
		$this->assertSame( [ [ 'POST /publish', '409 already_exists', "post $post" ], [ 'GET /posts/' . ( $post + 1000000 ), '404 unknown_post', '' ], [ 'POST /publish', '201', "post $post" ] ], array_map( function ( $entry ) { return [ $entry->subject, $entry->outcome, $entry->detail ]; }, $entries ) );
		$this->assertStringNotContainsString( 'secret', wp_json_encode( $entries ) );
	}

	public function test_long_and_strange_texts_are_cut(): void {
		Log\note( 'failed', str_repeat( 'ü', 300 ), str_repeat( 'x', 300 ), "line\n<script>alert(1)</script>" . str_repeat( '😀', 300 ) );
		$entry = Log\newest( 1 )[0];
		$this->assertSame( [ 100, 60, 190 ], [ mb_strlen( $entry->subject ), mb_strlen( $entry->outcome ), mb_strlen( $entry->detail ) ] );
		$this->assertStringNotContainsString( '<', $entry->detail );
	}
}
