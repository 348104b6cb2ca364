<?php
// phpcs:disable
use IGNY8\Bridge\Storage;

final class TablesTest extends SiteTestCase {
	/** Bring the tables back to how the first version made them. */
	private function first_version(): void {
		global $wpdb;
		foreach ( Storage\LATER_COLUMNS as $table => $columns ) {
			foreach ( array_keys( $columns ) as $column ) {
				$wpdb->query( 'ALTER TABLE ' . Storage\table( $table ) . " DROP COLUMN $column" );
				$this->assertFalse( Storage\has_column( $table, $column ) );
			}
		}
		update_option( Storage\VERSION_OPTION, '1' );
		wp_cache_flush();
	}

	public function test_tables_of_the_first_version_are_brought_up_by_the_next_request(): void {
		global $wpdb;
		$payload = $this->payload();
		$made    = Platform::publish( $payload )['body'];
		$count   = (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Storage\table( 'contents' ) );
		$this->first_version();
		$answers = Platform::race( [ $payload, $payload, $payload ] );
		$this->assertSame( [ 200, 200, 200 ], array_column( $answers, 'status' ), implode( "\n", array_column( $answers, 'raw' ) ) );
		$this->assertSame( [ true, Storage\VERSION, $count ], [ Storage\is_ready(), get_option( Storage\VERSION_OPTION ), (int) $wpdb->get_var( 'SELECT COUNT(*) FROM ' . Storage\table( 'contents' ) ) ] );
		$edited = Platform::update( $made['post_id'], [ 'operation_id' => wp_generate_uuid4(), 'expected_revision' => 'x' ] + $payload );
		$this->assertSame( [ 412, null ], [ $edited['status'], $edited['body']['base'] ] );
		$answer = Platform::update( $made['post_id'], [ 'operation_id' => wp_generate_uuid4(), 'expected_revision' => $made['revision'], 'content_html' => 'new' ] + $payload );
		$this->assertSame( [ 200, 'new' ], [ $answer['status'], get_post( $made['post_id'] )->post_content ], $answer['raw'] );
	}

	public function test_a_database_that_does_not_let_us_is_asked_again(): void {
		global $wpdb;
		$this->first_version();
		$refuse = function ( $sql ) { return 0 === strpos( $sql, 'ALTER' ) ? 'SELECT 1' : $sql; };
		add_filter( 'query', $refuse );
		Storage\make_missing_tables();
		remove_filter( 'query', $refuse );
		$this->assertFalse( Storage\is_ready() );
		Storage\make_missing_tables();
		$this->assertTrue( Storage\is_ready() );
	}
}
